/**
 * Checks one value against the setting it is meant for.
 *
 * @module
 */
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { Value, ValueErrorType } from "@sinclair/typebox/value";
import { expected, found } from "./expected.ts";
import type { UrlRule } from "./schema.ts";
import type { Setting } from "./settings.ts";

/** Keys that would reach into an object's prototype. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Whether a key may never appear in a configuration. */
export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.has(key);
}

/** A value that passed, or what is wrong with it and where below the setting. */
export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly path: string; readonly message: string };

function isUrl(text: string, rule: UrlRule): boolean {
  const url = URL.parse(text.trim());
  if (url === null || !rule.schemes.includes(url.protocol.slice(0, -1))) return false;
  return /^[a-z]+:\/\//i.test(text.trim()) && (rule.hostless || url.hostname !== "");
}

function isUrls(value: unknown, rule: UrlRule): boolean {
  if (typeof value !== "string") return false;
  const urls = rule.several ? value.split(",") : [value];
  return urls.every((url) => isUrl(url, rule));
}

/** A checked value that shares nothing with what was read. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value));
}

/** What was found, without giving a secret away. */
function shown(value: unknown, secret: boolean): string {
  return secret ? "something else (not shown: it is a secret)" : found(value);
}

function mismatch(setting: Setting, value: unknown): Checked {
  const { path, secret, schema } = setting;
  const error = Value.Errors(schema, value).First();
  if (error === undefined || error.path === "") {
    const message = `expected ${expected(schema)}, found ${shown(value, secret)}`;
    return { ok: false, path, message };
  }
  const inside = `${path}${error.path.replaceAll("/", ".")}`;
  if (error.type === ValueErrorType.ObjectAdditionalProperties && !isRecord(error.schema)) {
    return { ok: false, path: inside, message: "there is no such setting" };
  }
  return { ok: false, path: inside, message: inner(error.schema, error.value, setting) };
}

/** For what is wrong inside a record: one of its keys, or the value of one. */
function inner(schema: TSchema, value: unknown, setting: Setting): string {
  const names = schema.names ?? "a name of letters, digits and dots";
  const what = isRecord(schema) ? String(names) : expected(schema);
  return `expected ${what}, found ${shown(value, setting.secret)}`;
}

function isRecord(schema: TSchema): boolean {
  return KindGuard.IsRecord(schema);
}

function reservedKey(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.keys(value).find(isReservedKey);
}

/**
 * Checks `value` for `setting`. An empty text takes an optional setting away,
 * also one that an earlier source has set.
 */
export function checkValue(setting: Setting, value: unknown): Checked {
  if (setting.optional && value === "") return { ok: true, value: undefined };
  const reserved = reservedKey(value);
  if (reserved !== undefined) {
    return { ok: false, path: setting.path, message: `the key "${reserved}" is not allowed` };
  }
  const fits = Value.Check(setting.schema, value) &&
    (setting.url === undefined || isUrls(value, setting.url));
  return fits ? { ok: true, value: copy(value) } : mismatch(setting, value);
}

/**
 * Reads text of a variable or flag as the type that `setting` has; text that does not
 * spell such a value stays text, for {@linkcode checkValue} to refuse.
 */
export function parseText({ schema }: Setting, text: string): unknown {
  if (KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) {
    return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
  }
  if (KindGuard.IsBoolean(schema)) {
    return text === "true" ? true : text === "false" ? false : text;
  }
  if (KindGuard.IsArray(schema)) return parseList(text);
  return KindGuard.IsRecord(schema) ? parseJson(text) : text;
}

/** As JSON where a member holds a comma, such as an argument of a command. */
function parseList(text: string): unknown {
  if (text.startsWith("[")) return parseJson(text);
  return text === "" ? [] : text.split(",");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // not JSON, therefore what it is for: refused by the check that follows
  }
}
