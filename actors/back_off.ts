/**
 * How long to wait before the next attempt to reach a peer. Pure: the spread comes from who and when.
 *
 * @module
 */
const INITIAL_MS = 1_000, MULTIPLIER = 2;
/** Also the pause after a refusal for good, and after having been replaced. */
const MAX_MS = 60_000;
const FLOOR_MS = 250;

/** As many failures as make the longest pause. */
export const PATIENT: number = Math.ceil(Math.log2(MAX_MS / INITIAL_MS));

/**
 * The pause after a number of failures in a row: doubled with each, then spread over 0 to 100 % of
 * itself so that peers that failed together do not come back together. Chance would make a replay
 * differ from what happened, so the spread follows from the peer's name and the attempt.
 *
 * @example
 * ```ts
 * import { ok, strictEqual } from "node:assert/strict";
 *
 * strictEqual(backOffMs({ peerId: "dev1", failures: 3 }), backOffMs({ peerId: "dev1", failures: 3 }));
 * ok(backOffMs({ peerId: "dev1", failures: 1 }) <= 2_000);
 * ok(backOffMs({ peerId: "dev1", failures: 99 }) <= 60_000);
 * ```
 */
export function backOffMs(
  { peerId, failures }: { readonly peerId: string; readonly failures: number },
): number {
  const delayMs = longestMs(failures);
  return Math.max(FLOOR_MS, Math.round(delayMs * spread(`${peerId}/${failures}`)));
}

/** The pause before it is spread. */
export function longestMs(failures: number): number {
  return Math.min(INITIAL_MS * MULTIPLIER ** Math.min(failures, PATIENT), MAX_MS);
}

/** FNV-1a, and a last stir, for texts differ in their last letters: a number in [0, 1). */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
