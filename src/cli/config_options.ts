/**
 * The options that every command which reads the configuration offers.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { resolve } from "node:path";
import {
  collectFlags,
  configSecrets,
  type FlagValues,
  listFlags,
  loadConfig,
  type LoadedConfig,
  readEnvironment,
} from "../config/mod.ts";
import { openConfig } from "../secrets/config_secrets.ts";
import { createInput, type Input } from "../secrets/input.ts";
import {
  existingOwnKey,
  type MasterKeys,
  ownMasterKey,
  readMasterKeys,
} from "../secrets/master_keys.ts";

/** Adds `--config` and a flag for each setting that may have one, and that is `wanted` there. */
export function addConfigOptions(
  command: Command,
  wanted: (path: string) => boolean = () => true,
): Command {
  command.option("--config <file>", "configuration file (default: hub.jsonc or hub.json)");
  for (const { flag, path, description, default: fallback } of listFlags()) {
    if (!wanted(path)) continue;
    const shown = fallback === undefined ? "" : ` (default: ${JSON.stringify(fallback)})`;
    command.addOption(new Option(flag, `${description}${shown}`));
  }
  return command;
}

/** What commander parsed. */
export type CommandOptions = Readonly<Record<string, unknown>>;

/** A configuration with its secrets decrypted, and the master keys that opened them. */
export interface OpenedConfig extends LoadedConfig {
  /** None when the configuration names no source of one. */
  readonly masterKeys: MasterKeys;
}

/**
 * Loads the configuration that a command's options, the environment and the file make, with its
 * secrets still encrypted.
 */
export async function loadedConfigOf(
  options: CommandOptions,
  flags: FlagValues = {},
): Promise<LoadedConfig> {
  const { config } = options;
  return await loadConfig({
    env: readEnvironment(),
    cwd: Deno.cwd(),
    flags: { ...collectFlags(options), ...flags },
    configFile: typeof config === "string" ? config : undefined,
  });
}

/** Loads the configuration and decrypts it: for commands that act on it. */
export async function configOf(options: CommandOptions): Promise<OpenedConfig> {
  const loaded = await loadedConfigOf(options);
  const masterKeys = await readMasterKeys(loaded.config, { input: standardInput() });
  // The machine's own key opens what it has encrypted itself, also before `hub secrets rekey`.
  const own = configSecrets(loaded).length > 0
    ? await existingOwnKey(resolve(loaded.config.dataDir))
    : [];
  return { ...await openConfig(loaded, [...masterKeys, ...own]), masterKeys };
}

/** The master keys that a configuration was opened with, or that of this machine. */
export async function masterKeysOrOwn({ config, masterKeys }: OpenedConfig): Promise<MasterKeys> {
  if (masterKeys.length > 0) return masterKeys;
  const dataDir = resolve(config.dataDir);
  if (config.postgres.url === undefined) return [await ownMasterKey(dataDir)];
  const own = await existingOwnKey(dataDir);
  if (own.length > 0) return own;
  throw new Error("Cannot work without a master key: say where it is (masterKey)");
}

/** The master keys for a command that needs one. */
export async function masterKeysOf(
  loaded: LoadedConfig,
  input: Input = standardInput(),
): Promise<MasterKeys> {
  const given = await readMasterKeys(loaded.config, { input });
  return given.length > 0 ? given : [await ownMasterKey(resolve(loaded.config.dataDir))];
}

/** Standard input, with questions on standard error. */
export function standardInput(): Input {
  const encoder = new TextEncoder();
  return createInput(
    Deno.stdin,
    (question) => void Deno.stderr.writeSync(encoder.encode(question)),
  );
}
