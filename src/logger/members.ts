/**
 * Lists what is inside an object, without running more of its code than getters.
 *
 * @module
 */

/** Something inside an object; reading it may throw. */
export interface Member {
  /** Absent for items of a list. */
  readonly name?: string;
  readonly read: () => unknown;
}

/** What an object is for the log: one text, items without names, or values with names. */
export type Shape =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly length: number }
  | { readonly kind: "list"; readonly members: Iterable<Member> }
  | { readonly kind: "object"; readonly members: Iterable<Member> };

/** Properties of an error that are not enumerable and yet are the error. */
const ERROR_KEYS = ["name", "message", "stack", "cause", "errors"];

function* itemsOf(items: Iterable<unknown>): Iterable<Member> {
  for (const item of items) yield { read: () => item };
}

function* elementsOf(list: readonly unknown[]): Iterable<Member> {
  for (let index = 0; index < list.length; index++) yield { read: () => list[index] };
}

function* pairsOf(pairs: Iterable<readonly [unknown, unknown]>): Iterable<Member> {
  for (const [key, value] of pairs) {
    // An object as a key is not asked for its text: that would run its code.
    const name = typeof key === "object" || typeof key === "function" ? "[object]" : String(key);
    yield { name, read: () => value };
  }
}

function* propertiesOf(value: object, names: Iterable<string>): Iterable<Member> {
  for (const name of names) yield { name, read: () => Reflect.get(value, name) };
}

function errorKeys(error: Error): Set<string> {
  return new Set([...ERROR_KEYS.filter((key) => key in error), ...Object.keys(error)]);
}

/** The text of objects that stand for one; undefined for all others. */
function textOf(value: object): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  }
  if (value instanceof URL) return value.href;
  if (value instanceof RegExp) return `/${value.source}/${value.flags}`;
  if (value instanceof String) return String.prototype.valueOf.call(value);
  return undefined;
}

/**
 * Says what `value` is for the log. Never calls `toJSON`, `toString` or an inspection hook.
 *
 * @throws {unknown} What a proxy throws.
 */
export function shapeOf(value: object): Shape {
  const text = textOf(value);
  if (text !== undefined) return { kind: "text", text };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return { kind: "bytes", length: value.byteLength };
  }
  if (Array.isArray(value)) return { kind: "list", members: elementsOf(value) };
  if (value instanceof Set) return { kind: "list", members: itemsOf(value) };
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return { kind: "object", members: pairsOf(value) };
  }
  const names = value instanceof Error ? errorKeys(value) : Object.keys(value);
  return { kind: "object", members: propertiesOf(value, names) };
}
