/**
 * Where a page of a list ended, as a text that callers hand back unread.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** One page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

/** Which page of a list. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
  /** What callers call `after`. Default: that. */
  readonly named?: string | undefined;
}

/** Unix milliseconds that every database and every date takes: years of four digits. */
export const AnyMoment = Type.Integer({
  minimum: -62_135_596_800_000,
  maximum: 253_402_300_799_999,
});

/** Spells the sort key of a page's last row. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return new TextEncoder().encode(JSON.stringify(key)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/**
 * Reads a cursor of {@linkcode encodeCursor}.
 *
 * @throws {CallError} `VALIDATION_ERROR` for anything else: cursors come from callers.
 */
export function decodeCursor<T extends TSchema>(
  schema: T,
  cursor: string,
  { named = "after" }: { readonly named?: string | undefined } = {},
): Static<T> {
  const key = parseCursor(cursor);
  if (Value.Check(schema, key)) return key;
  const message = "Cannot go on after this cursor: it is not one of ours";
  throw new CallError("VALIDATION_ERROR", message, { errors: [{ path: `/${named}`, message }] });
}

function parseCursor(cursor: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Whatever is wrong with it, it was not made here.
    return undefined;
  }
}

/** Makes a page of `limit + 1` rows: the one too many says that there is more. */
export function pageOf<T>(
  rows: readonly T[],
  { limit }: PageRequest,
  keyOf: (row: T) => readonly (string | number)[],
): Page<T> {
  const items = rows.slice(0, limit), last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor(keyOf(last)) };
}
