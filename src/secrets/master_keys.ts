/**
 * The master keys that a process was given.
 *
 * @module
 */
import { join } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import {
  CryptoError,
  type KeyRingData,
  type MasterKey,
  openKeyRing,
  parseMasterKey,
} from "../crypto/mod.ts";
import { storedSecret } from "../embedded/stored_secret.ts";
import { readMasterKey, type ReadMasterKeyOptions } from "./read_master_key.ts";

const NAME = "master-key";

/** The newest first; none when the configuration names no source. */
export type MasterKeys = readonly MasterKey[];

/**
 * Reads the master key and the one before it, from where the configuration says.
 *
 * @throws {Error} that names the source and never what it holds.
 */
export async function readMasterKeys(
  { masterKey, previousMasterKey }: Pick<HubConfig, "masterKey" | "previousMasterKey">,
  options: ReadMasterKeyOptions,
): Promise<MasterKeys> {
  const keys = [
    await readMasterKey(masterKey, options),
    await readMasterKey(previousMasterKey, options),
  ];
  return keys.filter((key) => key !== undefined);
}

/**
 * The master key of a machine that was not told any: made once, and kept with the hub's data. It does
 * not open what another machine has encrypted with its own.
 */
export async function ownMasterKey(dataDir: string): Promise<MasterKey> {
  const secrets = join(dataDir, "secrets");
  // As the hub itself makes them, which may not have started yet.
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o711 });
  await Deno.mkdir(secrets, { recursive: true, mode: 0o700 });
  const bytes = Uint8Array.fromHex(await storedSecret(secrets, NAME));
  try {
    return parseMasterKey(`base64:${bytes.toBase64()}`);
  } finally {
    bytes.fill(0);
  }
}

/** The machine's own master key, if it has one already. */
export async function existingOwnKey(dataDir: string): Promise<MasterKeys> {
  const path = join(dataDir, "secrets", NAME);
  const isThere = await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  return isThere ? [await ownMasterKey(dataDir)] : [];
}

/**
 * Finds the master key under which a ring is now.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY` when it is none of those given.
 */
export async function fittingKey(ring: KeyRingData, keys: MasterKeys): Promise<MasterKey> {
  for (const key of keys) {
    try {
      await openKeyRing(ring, { masterKeys: [key] });
      return key;
    } catch (error) {
      if (!(error instanceof CryptoError && error.code === "WRONG_MASTER_KEY")) throw error;
    }
  }
  throw new CryptoError("WRONG_MASTER_KEY", "Cannot open: master key does not match key ring");
}
