/**
 * One source of the configuration, as a tree, becomes values of settings and problems.
 *
 * @module
 */
import { KindGuard, type TObject } from "@sinclair/typebox";
import { checkValue, isReservedKey, parseText } from "./check_value.ts";
import type { ConfigProblem } from "./config_error.ts";
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

function problem(node: SourceNode, path: string, message: string): Layer {
  return { entries: [], problems: [{ source: formatSource(node.source), path, message }] };
}

/** Joins what several sources contribute, in the order given. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return {
    entries: layers.flatMap(({ entries }) => entries),
    problems: layers.flatMap(({ problems }) => problems),
  };
}

/** Checks a value, text being read as the type of its setting where `text` says so. */
export function readSetting(setting: Setting, value: unknown, source: Source): Layer {
  const checked = checkValue(setting, value);
  if (checked.ok) return { entries: [{ setting, value: checked.value, source }], problems: [] };
  const { path, message } = checked;
  return { entries: [], problems: [{ source: formatSource(source), path, message }] };
}

/** Like {@linkcode readSetting}, for sources that know nothing but text. */
export function readText(setting: Setting, text: string, source: Source): Layer {
  const value = setting.optional && text === "" ? text : parseText(setting, text);
  return readSetting(setting, value, source);
}

function unknownKey(node: SourceNode, keys: readonly string[], siblings: readonly string[]): Layer {
  const key = keys.at(-1) ?? "";
  if (isReservedKey(key)) return problem(node, keys.join("."), "this key is not allowed");
  const near = nearestName(key, siblings);
  const suggestion = near === undefined
    ? SETTINGS.find((setting) => setting.keys.at(-1) === key)?.path
    : [...keys.slice(0, -1), near].join(".");
  const hint = suggestion === undefined ? "" : `, did you mean ${suggestion}?`;
  return problem(node, keys.join("."), `there is no such setting${hint}`);
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
    return problem(node, keys.join("."), `expected an object, found ${kind(node.value)}`);
  }
  const siblings = Object.keys(schema.properties);
  return joinLayers([...node.members].map(([key, member]) => {
    const path = [...keys, key];
    const property = siblings.includes(key) ? schema.properties[key] : undefined;
    if (property === undefined) return unknownKey(member, path, siblings);
    if (KindGuard.IsObject(property)) {
      return readTree(member, read, { schema: property, keys: path });
    }
    const setting = SETTING_OF_PATH.get(path.join("."));
    return setting === undefined ? unknownKey(member, path, siblings) : read(setting, member);
  }));
}

/** Never the value itself: in place of a section it might hold a secret. */
function kind(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
