/**
 * One source of the configuration, as a tree, becomes values of settings and problems.
 *
 * @module
 */
import { KindGuard, type TObject } from "@sinclair/typebox";
import { checkValue, isReservedKey, parseText } from "./check_value.ts";
import type { ConfigProblem } from "./config_error.ts";
import type { EncryptedValue } from "./encrypted_value.ts";
import { nearestName } from "./nearest_name.ts";
import { HubConfigSchema } from "./schema.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { formatSource, type Source } from "./source.ts";

/** A checked value of one setting. */
export interface Entry {
  readonly setting: Setting;
  /** Undefined takes an optional setting away. */
  readonly value: unknown;
  readonly source: Source;
  /** In place of a value: the file holds it encrypted. */
  readonly encrypted?: EncryptedValue;
}

/** What one source contributes. */
export interface Layer {
  readonly entries: readonly Entry[];
  readonly problems: readonly ConfigProblem[];
}

/** A value as it stands in its source. */
export interface SourceNode {
  readonly source: Source;
  readonly value: unknown;
  /** Present for objects. */
  readonly members?: ReadonlyMap<string, SourceNode>;
}

const SETTING_OF_PATH = new Map(SETTINGS.map((setting) => [setting.path, setting]));

function problem(
  { source }: Pick<SourceNode, "source">,
  what: Omit<ConfigProblem, "source">,
): Layer {
  return { entries: [], problems: [{ source: formatSource(source), ...what }] };
}

/** Joins what several sources contribute, in the order given. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return {
    entries: layers.flatMap(({ entries }) => entries),
    problems: layers.flatMap(({ problems }) => problems),
  };
}

/** Checks the value of a setting. */
export function readSetting(
  setting: Setting,
  { value, source }: Pick<SourceNode, "value" | "source">,
): Layer {
  const checked = checkValue(setting, value);
  if (checked.ok) return { entries: [{ setting, value: checked.value, source }], problems: [] };
  const { path, message } = checked;
  return problem({ source }, { path, message });
}

/** Like {@linkcode readSetting}, for sources that know nothing but text: it is read as the setting's type. */
export function readText(
  setting: Setting,
  { text, source }: { readonly text: string; readonly source: Source },
): Layer {
  const value = setting.optional && text === "" ? text : parseText(setting, text);
  return readSetting(setting, { value, source });
}

interface Place {
  readonly keys: readonly string[];
  /** What could stand there. */
  readonly siblings: readonly string[];
}

function unknownKey(node: SourceNode, { keys, siblings }: Place): Layer {
  const key = keys.at(-1) ?? "", path = keys.join(".");
  if (isReservedKey(key)) return problem(node, { path, message: "this key is not allowed" });
  const near = nearestName(key, siblings);
  const suggestion = near === undefined
    ? SETTINGS.find((setting) => setting.keys.at(-1) === key)?.path
    : [...keys.slice(0, -1), near].join(".");
  const hint = suggestion === undefined ? "" : `, did you mean ${suggestion}?`;
  return problem(node, { path, message: `there is no such setting${hint}` });
}

/** How a node's value becomes the value of its setting. */
export type ReadNode = (setting: Setting, node: SourceNode) => Layer;

/** Reads a tree by the schema; each key must be known. */
export function readTree(
  node: SourceNode,
  read: ReadNode,
  { schema = HubConfigSchema, keys = [] }: { schema?: TObject; keys?: readonly string[] } = {},
): Layer {
  if (node.members === undefined) {
    const message = `expected an object, found ${kind(node.value)}`;
    return problem(node, { path: keys.join("."), message });
  }
  const siblings = Object.keys(schema.properties);
  return joinLayers([...node.members].map(([key, member]) => {
    const path = [...keys, key], unknown = { keys: path, siblings };
    const property = siblings.includes(key) ? schema.properties[key] : undefined;
    if (property === undefined) return unknownKey(member, unknown);
    if (KindGuard.IsObject(property)) {
      return readTree(member, read, { schema: property, keys: path });
    }
    const setting = SETTING_OF_PATH.get(path.join("."));
    return setting === undefined ? unknownKey(member, unknown) : read(setting, member);
  }));
}

/** Never the value itself: in place of a section it might hold a secret. */
function kind(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
