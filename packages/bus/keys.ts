/**
 * The keys of the buckets: ids spelled by {@linkcode encodeToken}, as keys allow less than subjects.
 *
 * Every builder throws `RangeError` for an id that may not be one, every parser for a key that no
 * builder writes.
 *
 * @module
 */
import type { Address } from "./address.ts";
import { decodeToken, encodeToken, token } from "./token.ts";

/** Key of a node in `NODES`. */
export function nodeKey(node: string): string {
  return encodeToken(token(node));
}

/** Reads a key of {@linkcode nodeKey}. @throws {RangeError} */
export function parseNodeKey(key: string): string {
  return token(decodeToken(key));
}

/** Key of an actor in `ACTIVE`, and in `WAITING`. */
export function activeKey({ kind, id }: Address): string {
  return `${encodeToken(token(kind))}.${encodeToken(token(id))}`;
}

/** Reads a key of {@linkcode activeKey}. @throws {RangeError} */
export function parseActiveKey(key: string): Address {
  const [kind = "", id = "", ...more] = key.split(".");
  if (more.length > 0) {
    throw new RangeError(`Cannot read ${JSON.stringify(key.slice(0, 200))} as a key of ACTIVE`);
  }
  return { kind: token(decodeToken(kind)), id: token(decodeToken(id)) };
}

/** Key of a spoke in `SPOKES`. */
export function spokeKey(spoke: string): string {
  return encodeToken(spoke);
}

/** Reads a key of {@linkcode spokeKey}. @throws {RangeError} */
export function parseSpokeKey(key: string): string {
  return decodeToken(key);
}

/** Key of a ticket in `TICKETS`, by the hash of it. */
export function ticketKey(hash: string): string {
  return encodeToken(hash);
}

/** Key of a set of operation specs in `SPECS`. */
export function specKey(hash: string): string {
  return encodeToken(hash);
}

/** Reads a key of {@linkcode specKey}. @throws {RangeError} */
export function parseSpecKey(key: string): string {
  return decodeToken(key);
}
