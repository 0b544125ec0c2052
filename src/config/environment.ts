/**
 * The environment as a source of the configuration.
 *
 * @module
 */
import type { ConfigProblem } from "./config_error.ts";
import { type Entry, type Layer, readText } from "./layer.ts";
import { nearestName } from "./nearest_name.ts";
import { SETTINGS } from "./settings.ts";

/** Names the configuration file, where no flag does. */
export const CONFIG_FILE_VARIABLE = "HUB_CONFIG";

/** Variables of the test suite, which the hub itself leaves alone. */
const TEST_PREFIX = "HUB_TEST_";
/** Kubernetes sets these in every pod beside a service that is called "hub". */
const SERVICE_VARIABLE = /^HUB_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP|SCTP))/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/** Names that offer themselves for `masterKey.env`; they mean nothing unless it says so. */
const MASTER_KEY_VARIABLES = ["HUB_MASTER_KEY", "HUB_PREVIOUS_MASTER_KEY"];

/** Which hub the command line speaks to, and as whom; spokes are told the same way. No settings. */
const COMMAND_LINE_VARIABLES = ["HUB_URL", "HUB_KEY", "HUB_REGISTRATION_TOKEN"];

/** Every variable that the configuration knows. */
export const CONFIG_ENV_NAMES: readonly string[] = [
  CONFIG_FILE_VARIABLE,
  ...SETTINGS.flatMap(({ env }) => env),
];

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

function isUnknown(name: string, value: string): boolean {
  return name.startsWith("HUB_") && !name.startsWith(TEST_PREFIX) &&
    !SERVICE_VARIABLE.test(name) && !(name === "HUB_PORT" && SERVICE_ADDRESS.test(value)) &&
    !CONFIG_ENV_NAMES.includes(name) && !MASTER_KEY_VARIABLES.includes(name) &&
    !COMMAND_LINE_VARIABLES.includes(name);
}

function unknownVariable(name: string): ConfigProblem {
  const near = nearestName(name, CONFIG_ENV_NAMES) ??
    CONFIG_ENV_NAMES.find((known) => known.endsWith(name.slice("HUB".length)));
  const hint = near === undefined ? "" : `, did you mean ${near}?`;
  return { source: name, path: "", message: `there is no such variable${hint}` };
}

/** Reads what the environment contributes. Of two names of one setting the `HUB_` one wins. */
export function readEnvironmentLayer(env: Environment): Layer {
  const entries: Entry[] = [];
  const problems = Object.entries(env)
    .filter(([name, value]) => value !== undefined && isUnknown(name, value))
    .map(([name]) => unknownVariable(name));
  for (const setting of SETTINGS) {
    const name = setting.env.find((name) => env[name] !== undefined);
    const text = name === undefined ? undefined : env[name];
    if (name === undefined || text === undefined) continue;
    const layer = readText(setting, { text, source: { kind: "environment", name } });
    entries.push(...layer.entries);
    problems.push(...layer.problems);
  }
  return { entries, problems };
}
