/**
 * All commands.
 *
 * @module
 */
import { Command } from "commander";
import { actorCommand } from "./actor.ts";
import { authCommand } from "./auth.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { callCommand } from "./call.ts";
import { completionsCommand } from "./completions.ts";
import { configCommand } from "./config.ts";
import { devCommand } from "./dev.ts";
import { doctorCommand } from "./doctor.ts";
import { print, printError } from "./output.ts";
import { giveUpProfiles } from "./give_up_profiles.ts";
import { keysCommand } from "./keys.ts";
import { loginCommand, logoutCommand } from "./login.ts";
import { nodesCommand, spokesCommand } from "./nodes.ts";
import { opsCommand } from "./ops.ts";
import { peersCommand } from "./peers.ts";
import { replayCommand } from "./replay.ts";
import { schemaCommand } from "./schema.ts";
import { secretsCommand } from "./secrets.ts";
import { spokeCommand } from "./spoke.ts";
import { startCommand } from "./start.ts";
import { tailCommand } from "./tail.ts";
import { VERSION } from "../version.ts";
import { versionCommand } from "./version.ts";

/** Builds the command line. */
export function createProgram(): Command {
  const program = new Command("hub")
    .description("An actor-model hub on NATS: durable actors, callable tools, any node.")
    .version(VERSION)
    .addHelpText("after", HELP);
  const remote = remoteCommands();
  const groups: readonly (readonly [title: string, commands: readonly Command[]])[] = [
    ["Run a hub:", [startCommand(), devCommand(), doctorCommand(), versionCommand()]],
    ["Call a hub, here or elsewhere:", remote],
    ["Look after the hub that runs here:", operatorCommands()],
    ["Look after its data:", [
      ...[configCommand(), secretsCommand(), backupCommand(), restoreCommand()],
    ]],
  ];
  for (const [title, commands] of groups) {
    for (const command of commands) program.addCommand(command.helpGroup(title));
  }
  const mayRead = new Set(remote.flatMap(withDescendants));
  program.hook("preAction", (_program, command) => {
    if (!mayRead.has(command)) giveUpProfiles();
  });
  for (const command of withDescendants(program)) {
    command.exitOverride()
      .configureOutput({
        writeOut: (text) => print(text.trimEnd()),
        writeErr: (text) => printError(text.trimEnd()),
      })
      .showSuggestionAfterError()
      .showHelpAfterError("(add --help to see what there is)");
  }
  return program;
}

const HELP = `
docs/cli.md tells of commands, docs/configuration.md of every setting.`;

/** Those that speak to any hub over HTTP, with the keys that the user has kept for them. */
function remoteCommands(): Command[] {
  return [
    ...[callCommand(), opsCommand(), schemaCommand(), spokesCommand(), nodesCommand()],
    ...[tailCommand(), loginCommand(), logoutCommand(), spokeCommand(), completionsCommand()],
  ];
}

/** Those that speak to the hub of this data directory, or of a NATS, as whoever may do everything. */
function operatorCommands(): Command[] {
  return [actorCommand(), replayCommand(), keysCommand(), peersCommand(), authCommand()];
}

/** A command and all below it. */
export function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
