/**
 * Finds and reads the configuration file, and makes a configuration of all sources.
 *
 * @module
 */
import { resolve } from "node:path";
import { ConfigError } from "./config_error.ts";
import type { ConfigFile } from "./config_file.ts";
import { CONFIG_FILE_VARIABLE, type Environment } from "./environment.ts";
import type { FlagValues } from "./flags.ts";
import { type LoadedConfig, resolveConfig } from "./resolve_config.ts";

/** The file that is made where there is none. */
export const DEFAULT_CONFIG_FILE = "hub.jsonc";

/** Files that are looked for in the working directory. */
const DEFAULT_FILES = [DEFAULT_CONFIG_FILE, "hub.json"];

/** Where to look. */
export interface LoadConfigOptions {
  readonly env: Environment;
  /** The working directory. */
  readonly cwd: string;
  readonly flags?: FlagValues | undefined;
  /** The file that `--config` names. */
  readonly configFile?: string | undefined;
  /** Rejects with `Deno.errors.NotFound` for a file that is not there. */
  readonly readTextFile?: ((path: string) => Promise<string>) | undefined;
}

type ReadTextFile = (path: string) => Promise<string>;

function refuse(source: string, message: string): ConfigError {
  return new ConfigError([{ source, path: "", message }]);
}

async function readIfThere(path: string, read: ReadTextFile): Promise<string | undefined> {
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readFile(
  shown: string,
  { cwd, read }: { cwd: string; read: ReadTextFile },
): Promise<ConfigFile | undefined> {
  try {
    const text = await readIfThere(resolve(cwd, shown), read);
    return text === undefined ? undefined : { path: shown, text };
  } catch (error) {
    // A flag comes too late for the permissions, which follow from the environment.
    const reason = error instanceof Deno.errors.NotCapable
      ? `name it with ${CONFIG_FILE_VARIABLE}, not with --config, when it lies outside the project`
      : error instanceof Error
      ? error.message
      : String(error);
    throw refuse(shown, `the file cannot be read: ${reason}`);
  }
}

async function findFile(options: LoadConfigOptions): Promise<ConfigFile | undefined> {
  const { cwd, env, configFile, readTextFile: read = Deno.readTextFile } = options;
  const [named, by] = configFile === undefined
    ? [env[CONFIG_FILE_VARIABLE], CONFIG_FILE_VARIABLE]
    : [configFile, "--config"];
  if (named !== undefined && named !== "") {
    const file = await readFile(named, { cwd, read });
    if (file === undefined) throw refuse(by, `expected a file, found none at ${named}`);
    return file;
  }
  const files = await Promise.all(DEFAULT_FILES.map((name) => readFile(name, { cwd, read })));
  const [first, second] = files.filter((file) => file !== undefined);
  if (first !== undefined && second !== undefined) {
    throw refuse(first.path, `expected one configuration file, found ${second.path} as well`);
  }
  return first;
}

/**
 * Loads the configuration: defaults, then the file, then the environment, then flags.
 *
 * @example A variable wins over the file
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { loadConfig } from "./mod.ts";
 *
 * const { config, sources } = await loadConfig({
 *   cwd: "/srv/hub",
 *   env: { HUB_HTTP_PORT: "8080" },
 *   readTextFile: (path) =>
 *     path === "/srv/hub/hub.jsonc"
 *       ? Promise.resolve(`{ "http": { "port": 80, "host": "::" } } // both are set here`)
 *       : Promise.reject(new Deno.errors.NotFound()),
 * });
 * strictEqual(config.http.port, 8080);
 * strictEqual(config.http.host, "::");
 * deepStrictEqual(sources["http.port"], { kind: "environment", name: "HUB_HTTP_PORT" });
 * ```
 *
 * @throws {ConfigError} With everything that is wrong in any source.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const file = await findFile(options);
  return resolveConfig({ file, env: options.env, flags: options.flags });
}
