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
import { type Entry, joinLayers } from "./layer.ts";
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
}

const BY_DEFAULT: Source = { kind: "default" };

type Values = ReadonlyMap<string, Pick<Entry, "value" | "source">>;

function merge(entries: readonly Entry[]): Values {
  const values = new Map(
    SETTINGS.map((setting) => [setting.path, { value: setting.default, source: BY_DEFAULT }]),
  );
  for (const { setting, value, source } of entries) values.set(setting.path, { value, source });
  return values;
}

/** Checks what one setting says about another. */
function contradictions(values: Values): ConfigProblem[] {
  const isSet = (path: string) => values.get(path)?.value !== undefined;
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
  const all = [...problems, ...contradictions(values)];
  if (all.length > 0) throw new ConfigError(all);
  const config = build(values);
  if (!Value.Check(HubConfigSchema, config)) {
    const { path = "", message = "" } = Value.Errors(HubConfigSchema, config).First() ?? {};
    throw new TypeError(`Cannot use the schema's own defaults: ${path}: ${message}`);
  }
  const sources = Object.fromEntries([...values].map(([path, { source }]) => [path, source]));
  return freeze({ config, sources });
}
