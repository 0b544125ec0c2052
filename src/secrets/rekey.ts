/**
 * Changes the master key: every data key is wrapped anew, and no envelope changes.
 *
 * @module
 */
import { CryptoError, type KeyRingData, rekeyRing } from "../crypto/mod.ts";
import { fittingKey, type MasterKeys } from "./master_keys.ts";
import type { KeyRingStore } from "./ports.ts";

/** Puts a ring under the newest master key; undefined when it is already. */
async function rekeyed(ring: KeyRingData, keys: MasterKeys): Promise<KeyRingData | undefined> {
  const [to] = keys;
  if (to === undefined) {
    throw new CryptoError("WRONG_MASTER_KEY", "Cannot rekey without a master key");
  }
  if (await fittingKey(ring, keys) === to) return undefined;
  return await rekeyRing(ring, { from: keys, to });
}

/**
 * Puts the ring of a store under the newest master key. False when it is already, or there is none.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY` when none of the keys opens it; nothing has changed then.
 */
export async function rekeySecrets(
  store: Pick<KeyRingStore, "load" | "replace">,
  keys: MasterKeys,
): Promise<boolean> {
  for (;;) {
    const before = await store.load();
    const after = before === undefined ? undefined : await rekeyed(before, keys);
    if (after === undefined) return false;
    // Somebody else changed the ring: look again.
    if (await store.replace({ before, after })) return true;
  }
}
