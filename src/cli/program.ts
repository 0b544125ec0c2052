/**
 * The command line.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { ConfigError } from "../config/mod.ts";
import { actorCommand } from "./actor.ts";
import { authCommand } from "./auth.ts";
import { CommandFailed } from "./command_failed.ts";
import { configCommand } from "./config.ts";
import { redactText } from "../logger/mod.ts";
import { devCommand } from "./dev.ts";
import { doctorCommand } from "./doctor.ts";
import { print, printError, style } from "./output.ts";
import { keysCommand } from "./keys.ts";
import { peersCommand } from "./peers.ts";
import { replayCommand } from "./replay.ts";
import { secretsCommand } from "./secrets.ts";
import { startCommand } from "./start.ts";
import { VERSION } from "../version.ts";
import { versionCommand } from "./version.ts";

/** Runs one command line and returns the process's exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function createProgram(): Command {
  const program = new Command("hub")
    .description("An actor-model hub on NATS: durable actors, callable tools, any node.")
    .version(VERSION)
    .addHelpText("after", "\nEvery setting is described in docs/configuration.md.");
  for (
    const command of [
      startCommand(),
      devCommand(),
      actorCommand(),
      replayCommand(),
      keysCommand(),
      peersCommand(),
      authCommand(),
      doctorCommand(),
      configCommand(),
      secretsCommand(),
      versionCommand(),
    ]
  ) program.addCommand(command);
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

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof CommandFailed) return 1;
  if (error instanceof ConfigError) {
    printError(error.message);
    return 2;
  }
  // What a server or a driver says may hold what it was told.
  printError(`${style("error", "red")}: ${redactText(plainMessage(error))}`);
  return 1;
}

function plainMessage(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `${error.message.replace(/, run again.*/, "")}: the hub task does not grant that. ` +
      "docs/permissions.md says what it grants.";
  }
  return error instanceof Error ? error.message : String(error);
}
