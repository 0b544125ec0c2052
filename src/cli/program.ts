/**
 * Runs command lines.
 *
 * @module
 */
import { CommanderError } from "commander";
import { ConfigError } from "../config/mod.ts";
import { redactText } from "../logger/mod.ts";
import { CommandFailed } from "./command_failed.ts";
import { createProgram } from "./create_program.ts";
import { EXIT } from "./exit_codes.ts";
import { printError, style } from "./output.ts";

/** Runs one command line and returns the process's exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof ConfigError) {
    printError(error.message);
    return EXIT.configuration;
  }
  // What a server or a driver says may hold what it was told.
  printError(`${style("error", "red")}: ${redactText(plainMessage(error))}`);
  return EXIT.failed;
}

function plainMessage(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `${error.message.replace(/, run again.*/, "")}: the hub task does not grant that. ` +
      "docs/permissions.md says what it grants.";
  }
  return error instanceof Error ? error.message : String(error);
}
