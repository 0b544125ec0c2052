/**
 * Flags of the command line, derived from the schema.
 *
 * @module
 */
import { KindGuard } from "@sinclair/typebox";
import { choices } from "./expected.ts";
import { type Layer, readSetting, readText, readTree, type SourceNode } from "./layer.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { flagName } from "./settings.ts";

/** A flag that a command may offer. */
export interface ConfigFlag {
  /** With its placeholder, such as `--http-port <number>`. */
  readonly flag: string;
  /** The name under which commander hands its value over, such as `httpPort`. */
  readonly attribute: string;
  /** The setting, such as `http.port`. */
  readonly path: string;
  readonly description: string;
  /**
   * For the help text alone. Given to commander as a default it would count as a flag that
   * was set, and win over file and environment.
   */
  readonly default: unknown;
}

/** Values of flags by section, as {@linkcode collectFlags} builds them or a program writes them. */
export type FlagValues = Readonly<Record<string, unknown>>;

function placeholder({ schema, url }: Setting): string {
  if (url !== undefined) return "<url>";
  if (choices(schema) !== undefined) return "<name>";
  if (KindGuard.IsArray(schema)) return "<list>";
  return KindGuard.IsString(schema) ? "<text>" : "<number>";
}

/** Passwords have no flag: a command line is visible to everybody on the machine. */
function isOffered({ schema, secret, url }: Setting): boolean {
  const isWord = !KindGuard.IsRecord(schema) && !KindGuard.IsBoolean(schema);
  return isWord && (!secret || url !== undefined);
}

function attribute(flag: string): string {
  return flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function describe({ schema, description }: Setting): string {
  const names = choices(schema);
  return names === undefined ? description : `${description} One of ${names.join(", ")}.`;
}

/** The flag of a setting, or undefined where the command line offers none. */
export function flagOf(setting: Setting): ConfigFlag | undefined {
  if (!isOffered(setting)) return undefined;
  return {
    flag: `${setting.flag} ${placeholder(setting)}`,
    attribute: attribute(setting.flag),
    path: setting.path,
    description: describe(setting),
    default: setting.default,
  };
}

/** Lists the flags that a command which loads the configuration should offer. */
export function listFlags(): ConfigFlag[] {
  return SETTINGS.flatMap((setting) => flagOf(setting) ?? []);
}

/** Turns the options that commander parsed into flags; options of the command itself are left. */
export function collectFlags(options: Readonly<Record<string, unknown>>): FlagValues {
  const values: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const value = options[attribute(setting.flag)];
    if (value !== undefined && isOffered(setting)) place(values, setting.keys, value);
  }
  return values;
}

/** Puts `value` below `target`, at the place that `keys` lead to. */
export function place(
  target: Record<string, unknown>,
  keys: readonly string[],
  value: unknown,
): void {
  const [key, ...rest] = keys;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const section = target[key];
  const inner = isRecord(section) ? section : {};
  target[key] = inner;
  place(inner, rest, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toSourceNode(value: unknown, keys: readonly string[]): SourceNode {
  const source = { kind: "flag", flag: keys.length === 0 ? "flags" : flagName(keys) } as const;
  if (!isRecord(value)) return { source, value };
  const members = new Map(
    Object.entries(value).filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toSourceNode(member, [...keys, key])]),
  );
  return { source, value, members };
}

/** Reads what flags contribute; text is read as the type of its setting. */
export function readFlagsLayer(flags: FlagValues): Layer {
  return readTree(
    toSourceNode(flags, []),
    (setting, { value, source }) =>
      typeof value === "string"
        ? readText(setting, { text: value, source })
        : readSetting(setting, { value, source }),
  );
}
