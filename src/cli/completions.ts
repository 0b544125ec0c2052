/**
 * `hub completions`: scripts by which shells complete commands, options and names of operations.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Argument, Command, Option } from "commander";
import { getLogger } from "../logger/mod.ts";
import { completionScript, type Shell, SHELLS } from "./completion_script.ts";
import { completionNodes } from "./completion_tree.ts";
import { print } from "./output.ts";
import { createGateway } from "./remote/gateway.ts";
import { addGatewayOptions, type Options, targetOf } from "./remote/with_gateway.ts";
import { pathOf } from "./spec_of.ts";

const HELP = `
Keep it where the shell looks when it first needs it:
  bash  hub completions bash > ~/.local/share/bash-completion/completions/hub
  zsh   hub completions zsh > ~/.zfunc/_hub         with ~/.zfunc in fpath
  fish  hub completions fish > ~/.config/fish/completions/hub.fish
or load it at once: eval "$(hub completions bash)"`;

/** How long somebody waits who has pressed the tabulator. */
const PATIENCE_MS = 1_500;
const MOST = 500;

const log = getLogger("cli");

/** `hub completions`. */
export function completionsCommand(): Command {
  const command = new Command("completions")
    .description("print a script by which a shell completes commands and operations")
    .addArgument(new Argument("[shell]", "which shell").choices(SHELLS))
    .addOption(new Option("--operations <below>", "names below a path, for the script").hideHelp())
    .addHelpText("after", HELP)
    .action(async (shell: Shell | undefined, options: Options) => {
      if (typeof options.operations === "string") {
        return print(...await operationsBelow(options.operations, options));
      }
      if (shell === undefined) throw new Error(`Say which shell: ${SHELLS.join(", ")}`);
      const { parent } = command;
      print(completionScript(shell, completionNodes(parent ?? command)).trimEnd());
    });
  return addGatewayOptions(command);
}

const Page = Type.Object({ operations: Type.Array(Type.Object({ name: Type.String() })) });
// Nothing that a shell could take for anything but a name.
const NAME = /^\/[A-Za-z0-9_.:/-]+$/;

/** Names of operations that begin like this; none where no hub answers soon. */
async function operationsBelow(below: string, options: Options): Promise<string[]> {
  const query = below.split("/").filter((part) => part !== "").join(" ");
  const search = { limit: MOST, ...(query === "" ? {} : { query }) };
  try {
    const gateway = createGateway(await targetOf(options));
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const page = await gateway.ask("/search", search, { signal });
    if (!Value.Check(Page, page)) return [];
    const names = page.operations.map(({ name }) => pathOf(name));
    return names.filter((name) => NAME.test(name) && name.startsWith(below)).sort();
  } catch (error) {
    // Whoever completes a word does not want to read why there is nothing.
    log.debug("no operations to complete", { error });
    return [];
  }
}
