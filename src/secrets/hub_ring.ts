/**
 * The key ring of the database, open in this process and as new as it needs to be.
 *
 * @module
 */
import {
  CryptoError,
  type EncryptedData,
  type KeyRing,
  newKeyRing,
  openKeyRing,
} from "../crypto/mod.ts";
import type { MasterKeys } from "./master_keys.ts";
import type { KeyRingStore } from "./ports.ts";

/** Encrypts and decrypts what the database holds. */
export interface HubRing {
  encrypt(plaintext: string, context: string): Promise<EncryptedData>;
  /** Reads the ring again before it gives up on a version that it does not know. */
  decrypt(envelope: EncryptedData, context: string): Promise<string>;
  /** Reads the ring again: somebody has changed it. */
  reload(): Promise<void>;
}

/** What a ring is opened with. */
export interface OpenHubRingOptions {
  readonly store: KeyRingStore;
  readonly masterKeys: MasterKeys;
}

/**
 * Opens the ring of the database, or makes the first one.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY` when the master key does not open it.
 */
export async function openHubRing(options: OpenHubRingOptions): Promise<HubRing> {
  let ring = await load(options);
  let reading = Promise.resolve();
  // One after the other: what is read last is what was true last.
  const reload = () => {
    reading = reading.catch(() => undefined).then(async () => {
      ring = await load(options);
    });
    return reading;
  };
  return {
    encrypt: (plaintext, context) => ring.encrypt(plaintext, context),
    async decrypt(envelope, context) {
      try {
        return await ring.decrypt(envelope, context);
      } catch (error) {
        if (!(error instanceof CryptoError && error.code === "UNKNOWN_KEY")) throw error;
      }
      await reload();
      return await ring.decrypt(envelope, context);
    },
    reload,
  };
}

async function load({ store, masterKeys }: OpenHubRingOptions): Promise<KeyRing> {
  const stored = await store.load() ?? await makeFirst({ store, masterKeys });
  return await openKeyRing(stored, { masterKeys });
}

/** Ten nodes that start together make one. */
async function makeFirst({ store, masterKeys: [newest] }: OpenHubRingOptions) {
  if (newest === undefined) {
    throw new CryptoError("WRONG_MASTER_KEY", "Cannot make a key ring without a master key");
  }
  const first = await newKeyRing(newest, { now: new Date().toISOString() });
  if (await store.replace({ before: undefined, after: first })) return first;
  const others = await store.load();
  if (others === undefined) {
    throw new CryptoError("MALFORMED", "Cannot read the key ring: it is gone");
  }
  return others;
}
