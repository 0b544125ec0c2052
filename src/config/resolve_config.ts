/**
 * The pure core: sources in, configuration out.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import { ConfigError, type ConfigProblem } from "./config_error.ts";
import { type ConfigFile, readConfigFile } from "./config_file.ts";
import { type Environment, readEnvironmentLayer } from "./environment.ts";
import { type FlagValues, place, readFlagsLayer } from "./flags.ts";
import type { EncryptedValue } from "./encrypted_value.ts";
import { importProblems } from "./import_problems.ts";
import { ImportsSchema } from "./imports_schema.ts";
import { type Entry, joinLayers } from "./layer.ts";
import { isOpen } from "./mask.ts";
import { type HubConfig, HubConfigSchema } from "./schema.ts";
import { SETTINGS } from "./settings.ts";
import { formatSource, type Source } from "./source.ts";

/** What a configuration is made of; each source wins over those named before it. */
export interface ConfigSources {
  readonly file?: ConfigFile | undefined;
  readonly env?: Environment | undefined;
  readonly flags?: FlagValues | undefined;
}

/** A configuration, and where each of its values came from. */
export interface LoadedConfig {
  readonly config: HubConfig;
  /** By path, such as `http.port`; every setting is in it. */
  readonly sources: Readonly<Record<string, Source>>;
  /**
   * By path: values that the file holds encrypted. Until `decryptConfig` has read them, `config`
   * has their defaults.
   */
  readonly encrypted: Readonly<Record<string, EncryptedValue>>;
  /** The file that was read, as it is shown in messages. */
  readonly filePath: string | undefined;
}

const BY_DEFAULT: Source = { kind: "default" };

type Values = ReadonlyMap<string, Omit<Entry, "setting">>;

function merge(entries: readonly Entry[]): Values {
  const values = new Map<string, Omit<Entry, "setting">>(
    SETTINGS.map((setting) => [setting.path, { value: setting.default, source: BY_DEFAULT }]),
  );
  for (const { setting, ...rest } of entries) values.set(setting.path, rest);
  return values;
}

/** Secrets that stand in the file as they are, also where another source wins over them. */
function plainSecrets(entries: readonly Entry[], values: Values): ConfigProblem[] {
  if (values.get("allowPlaintextSecrets")?.value === true) return [];
  return entries.filter(isPlainSecret).map(({ setting: { path }, source }) => ({
    source: formatSource(source),
    path,
    message: "expected an encrypted value, found a secret in clear: encrypt it with " +
      "`hub config encrypt`, or set allowPlaintextSecrets",
  }));
}

/** A URL is a secret for the password in it: without one it may stand there. */
function isPlainSecret({ setting, value, source, encrypted }: Entry): boolean {
  if (source.kind !== "file" || !setting.secret || encrypted !== undefined) return false;
  return value !== undefined && !isOpen(setting, value);
}

/** Checks what one setting says about another. */
function contradictions(values: Values): ConfigProblem[] {
  const isSet = (path: string) => {
    const entry = values.get(path);
    return entry?.value !== undefined || entry?.encrypted !== undefined;
  };
  const problem = (path: string, message: string) => ({
    source: formatSource(values.get(path)?.source ?? BY_DEFAULT),
    path,
    message,
  });
  const problems: ConfigProblem[] = [];
  if (isSet("nats.password") && !isSet("nats.user")) {
    problems.push(problem("nats.password", "expected nats.user beside it, found none"));
  }
  const ways = ["nats.user", "nats.token", "nats.credsFile"].filter(isSet);
  for (const path of ways.slice(1)) {
    problems.push(problem(path, `expected one way to log in to NATS, found ${ways[0]} as well`));
  }
  for (const key of ["masterKey", "previousMasterKey"]) {
    const given = ["file", "command", "env", "input"].map((way) => `${key}.${way}`).filter(isSet);
    for (const path of given.slice(1)) {
      problems.push(problem(path, `expected one source of the key, found ${given[0]} as well`));
    }
  }
  const imports = values.get("imports")?.value;
  if (Value.Check(ImportsSchema, imports)) {
    for (const { path, message } of importProblems(imports)) {
      problems.push({ ...problem("imports", message), path });
    }
  }
  return problems;
}

function build(values: Values): unknown {
  const config: Record<string, unknown> = {};
  for (const section of Object.keys(HubConfigSchema.properties)) {
    if (!values.has(section)) config[section] = {};
  }
  for (const { keys, path } of SETTINGS) {
    const value = structuredClone(values.get(path)?.value); // a default is shared, its copy is not
    if (value !== undefined) place(config, keys, value);
  }
  return config;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

/**
 * Makes a configuration of its sources: defaults, then the file, then the environment, then flags.
 *
 * @throws {ConfigError} With everything that is wrong in any of them.
 */
export function resolveConfig({ file, env = {}, flags = {} }: ConfigSources = {}): LoadedConfig {
  const { entries, problems } = joinLayers([
    file === undefined ? { entries: [], problems: [] } : readConfigFile(file),
    readEnvironmentLayer(env),
    readFlagsLayer(flags),
  ]);
  const values = merge(entries);
  const all = [...problems, ...contradictions(values), ...plainSecrets(entries, values)];
  if (all.length > 0) throw new ConfigError(all);
  const sources = Object.fromEntries([...values].map(([path, { source }]) => [path, source]));
  const encrypted = Object.fromEntries(
    [...values].flatMap(([path, { encrypted }]) =>
      encrypted === undefined ? [] : [[path, encrypted]]
    ),
  );
  return freezeConfig({ config: build(values), sources, encrypted, filePath: file?.path });
}

/** Checks a configuration once more as a whole, and freezes it. */
export function freezeConfig(
  { config, ...rest }: Omit<LoadedConfig, "config"> & { readonly config: unknown },
): LoadedConfig {
  if (!Value.Check(HubConfigSchema, config)) {
    const { path = "", message = "" } = Value.Errors(HubConfigSchema, config).First() ?? {};
    throw new TypeError(`Cannot use the schema's own defaults: ${path}: ${message}`);
  }
  return freeze({ ...rest, config });
}
