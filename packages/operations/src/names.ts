/**
 * Names of operations in their three forms: `fs/readFile` in a registry, `/fs/readFile` on the wire,
 * `fs.readFile` in the library's older API.
 *
 * @module
 */

const SEGMENT = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}";
const NAME = new RegExp(`^${SEGMENT}(?:/${SEGMENT}){0,5}$`);
const MAX_NAME_BYTES = 256;

/** On its way a call's name is read several times, and often it is that of the call before. */
let lastSound: string | undefined;

/**
 * Reads a wire id, with or without its leading slash.
 *
 * @returns the registry name, or `undefined` where the grammar is broken.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { parseOperationName } from "@alkdev/operations";
 *
 * strictEqual(parseOperationName("/fs/readFile"), "fs/readFile");
 * strictEqual(parseOperationName("/fs/../etc"), undefined);
 * ```
 */
export function parseOperationName(wireId: string): string | undefined {
  // The longest name and its slash; nothing longer is worth a look.
  if (wireId.length > MAX_NAME_BYTES + 1) return undefined;
  const name = wireId.startsWith("/") ? wireId.slice(1) : wireId;
  if (name === lastSound) return name;
  // The grammar is ASCII, so characters are bytes.
  if (name.length > MAX_NAME_BYTES || !NAME.test(name)) return undefined;
  return lastSound = name;
}

/** Spells a registry name as it travels. */
export function wireId(name: string): string {
  return `/${name}`;
}

/** Spells a registry name as a library id: its first slash becomes a dot. */
export function libraryId(name: string): string {
  return name.replace("/", ".");
}

/**
 * The registry name of a specification; `undefined` where it has none, because its namespace holds a
 * dot or a part breaks the grammar.
 */
export function registryName(
  spec: { readonly namespace: string; readonly name: string },
): string | undefined {
  if (spec.namespace.includes(".") || spec.namespace.includes("/")) return undefined;
  return parseOperationName(`/${spec.namespace}/${spec.name}`);
}

/** The registry name of a library id, split at its first dot; `undefined` where it has none. */
export function nameOfLibraryId(id: string): string | undefined {
  const dot = id.indexOf(".");
  return dot <= 0
    ? undefined
    : registryName({ namespace: id.slice(0, dot), name: id.slice(dot + 1) });
}
