/**
 * The options that every command which reads the configuration offers.
 *
 * @module
 */
import { type Command, Option } from "commander";
import {
  collectFlags,
  listFlags,
  loadConfig,
  type LoadedConfig,
  readEnvironment,
} from "../config/mod.ts";

/** Adds `--config` and a flag for each setting that may have one. */
export function addConfigOptions(command: Command): Command {
  command.option("--config <file>", "configuration file (default: hub.jsonc or hub.json)");
  for (const { flag, description, default: fallback } of listFlags()) {
    const shown = fallback === undefined ? "" : ` (default: ${JSON.stringify(fallback)})`;
    command.addOption(new Option(flag, `${description}${shown}`));
  }
  return command;
}

/** Loads the configuration that a command's options, the environment and the file make. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<LoadedConfig> {
  const { config } = options;
  return await loadConfig({
    env: readEnvironment(),
    cwd: Deno.cwd(),
    flags: collectFlags(options),
    configFile: typeof config === "string" ? config : undefined,
  });
}
