import type { Static } from "@sinclair/typebox";
import { checkedAnswer } from "./checked_answer.ts";
import { Command } from "commander";
import { ListOutput } from "../operations/actors/schemas.ts";
import { jsonLine } from "./actor_text.ts";
import { addHubOptions, withHub } from "./connect_hub.ts";
import { countUpTo } from "./number_options.ts";
import { print, style } from "./output.ts";

interface Options extends Record<string, unknown> {
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

/** `hub actor ls`: lists actors. */
export function lsCommand(): Command {
  const command = new Command("ls")
    .description("list the actors there are, a page at a time")
    .argument("[kind]", "those of one kind")
    .option("--limit <number>", "most actors of one page, up to 1000", countUpTo(1000), 100)
    .option("--after <next>", "go on where the page before ended")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  hub actor ls counter")
    .action(async (kind: string | undefined, options: Options) => {
      const { limit, after, json } = options;
      const input = {
        limit,
        ...(kind === undefined ? {} : { kind }),
        ...(after === undefined ? {} : { after }),
      };
      const page = await withHub(
        options,
        async ({ caller }) =>
          checkedAnswer(ListOutput, await caller.call("hub/actors/list", input)),
      );
      print(...json ? [jsonLine(page)] : linesOf(page));
    });
  return addHubOptions(command);
}

function linesOf({ actors, total, next }: Static<typeof ListOutput>): string[] {
  const lines = actors.map(({ kind, id }) => `${kind}  ${id}`);
  if (next !== undefined) return [...lines, style(`of ${total}; more with --after ${next}`, "dim")];
  return lines.length > 0 ? lines : [style("There are no actors yet.", "dim")];
}
