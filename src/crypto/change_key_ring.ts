/**
 * The changes that a key ring goes through. Each returns a new one; storing it is the caller's.
 *
 * @module
 */
import { forget } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";
import { FIRST_RING_VERSION } from "./encrypted_data.ts";
import {
  type KeyRingData,
  type KeyRingEntry,
  parseKeyRing,
  ringVersions,
} from "./key_ring_data.ts";
import type { MasterKey } from "./master_key.ts";
import { newWrappedKey, unwrapKey, wrapKey } from "./wrap_key.ts";

/** When a change happens, as ISO 8601 writes it. */
export interface ChangeTime {
  readonly now: string;
}

/** Makes a ring with one key. */
export async function newKeyRing(
  masterKey: MasterKey,
  { now }: ChangeTime,
): Promise<KeyRingData> {
  const version = FIRST_RING_VERSION;
  const entry = await newWrappedKey({ version, masterKey, state: "active", createdAt: now });
  return { current: version, keys: { [version]: entry } };
}

/**
 * Adds a key, which encrypts from now on; the one before only decrypts any more.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY`: a ring under two master keys would open with neither.
 */
export async function addKey(
  ring: KeyRingData,
  { masterKey, now }: ChangeTime & { readonly masterKey: MasterKey },
): Promise<KeyRingData> {
  const { current, keys } = parseKeyRing(ring);
  const before = keys[current];
  if (before === undefined) throw new CryptoError("MALFORMED", "Cannot read the key ring");
  if (before.kdf !== "vault") {
    forget(await unwrapKey(before, { version: current, masterKeys: [masterKey] }));
  }
  const version = Math.max(...ringVersions(ring)) + 1;
  const entry = await newWrappedKey({ version, masterKey, state: "active", createdAt: now });
  return {
    current: version,
    keys: { ...keys, [current]: { ...before, state: "retiring" }, [version]: entry },
  };
}

/**
 * Erases a key that nothing is encrypted with any more.
 *
 * @throws {CryptoError} `REFUSED` for the current key, `UNKNOWN_KEY`.
 */
export function retireKey(ring: KeyRingData, version: number): KeyRingData {
  const entry = ring.keys[version];
  if (entry === undefined) throw new CryptoError("UNKNOWN_KEY", `Cannot retire key ${version}`);
  if (version === ring.current) {
    throw new CryptoError("REFUSED", `Cannot retire key ${version}: it is the current one`);
  }
  return { ...ring, keys: { ...ring.keys, [version]: erased(entry) } };
}

function erased(entry: KeyRingEntry): KeyRingEntry {
  if (entry.kdf === "vault") return { ...entry, state: "retired" };
  const { wrapped: _erased, ...rest } = entry;
  return { ...rest, state: "retired" };
}

/**
 * When a key stopped encrypting: when the one after it was made. Undefined for the current one.
 */
export function retiringSince(ring: KeyRingData, version: number): string | undefined {
  const next = ringVersions(ring).find((other) => other > version);
  return next === undefined ? undefined : ring.keys[next]?.createdAt;
}

/** From which master keys to which. */
export interface RekeyOptions {
  readonly from: readonly MasterKey[];
  readonly to: MasterKey;
}

/**
 * Wraps every data key anew. No envelope changes, and nodes that run hold the same data keys.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY`: then nothing has changed.
 */
export async function rekeyRing(
  ring: KeyRingData,
  { from, to }: RekeyOptions,
): Promise<KeyRingData> {
  const keys: Record<string, KeyRingEntry> = {};
  for (const [name, entry] of Object.entries(parseKeyRing(ring).keys)) {
    if (entry.kdf === "vault" || entry.wrapped === undefined) {
      keys[name] = entry;
      continue;
    }
    const version = Number(name);
    const dataKey = await unwrapKey(entry, { version, masterKeys: from });
    try {
      const { state, createdAt } = entry;
      keys[name] = await wrapKey(dataKey, { version, masterKey: to, state, createdAt });
    } finally {
      forget(dataKey);
    }
  }
  return { current: ring.current, keys };
}
