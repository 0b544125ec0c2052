/**
 * Encrypted values of the configuration file, and the key ring beside it.
 *
 * @module
 */
import {
  ConfigError,
  configSecrets,
  contextOf,
  decryptConfig,
  encryptedIn,
  type LoadedConfig,
  pointerOf,
  withEncrypted,
} from "../config/mod.ts";
import { type KeyRing, newKeyRing, openKeyRing } from "../crypto/mod.ts";
import type { MasterKeys } from "./master_keys.ts";
import { replaceFile } from "./replace_file.ts";
import { readRingFile, ringFilePath, writeRingFile } from "./ring_file.ts";

type EncryptedSetting = ReturnType<typeof configSecrets>[number]["setting"];

/**
 * Decrypts what the file of a configuration holds encrypted.
 *
 * @throws {ConfigError} when the ring, the master key or a value does not fit.
 */
export async function openConfig(
  loaded: LoadedConfig,
  masterKeys: MasterKeys,
): Promise<LoadedConfig> {
  const { filePath } = loaded;
  if (filePath === undefined || configSecrets(loaded).length === 0) return loaded;
  const ring = await openRing(filePath, masterKeys);
  return await decryptConfig(loaded, (envelope, context) => ring.decrypt(envelope, context));
}

async function openRing(filePath: string, masterKeys: MasterKeys): Promise<KeyRing> {
  const source = ringFilePath(filePath);
  const refuse = (message: string) => new ConfigError([{ source, path: "", message }]);
  if (masterKeys.length === 0) {
    throw refuse("expected a master key to open it with, found none (see masterKey)");
  }
  const stored = await readRingFile(filePath);
  if (stored === undefined) {
    throw refuse("expected the key ring of the encrypted values, found none");
  }
  return await openKeyRing(stored, { masterKeys });
}

/**
 * Opens the key ring beside a configuration file; makes one when there is none.
 *
 * @throws {ConfigError} when there is no master key.
 */
export async function ensureConfigRing(filePath: string, masterKeys: MasterKeys): Promise<KeyRing> {
  const [newest] = masterKeys;
  if (newest !== undefined && await readRingFile(filePath) === undefined) {
    // Before any value that needs it: a value without its ring would be lost.
    await writeRingFile(filePath, await newKeyRing(newest, { now: new Date().toISOString() }));
  }
  return await openRing(filePath, masterKeys);
}

/** A value that is to stand encrypted in a configuration file. */
export interface SecretToStore {
  readonly setting: EncryptedSetting;
  readonly value: string;
}

/** How values are put into a file. */
export interface StoreOptions {
  readonly ring: KeyRing;
  /** Whether the file before stays as `.bak`: not when it held what is now encrypted. */
  readonly keep: boolean;
}

/** Encrypts values and writes them into the configuration file. */
export async function storeConfigSecrets(
  filePath: string,
  secrets: readonly SecretToStore[],
  { ring, keep }: StoreOptions,
): Promise<void> {
  let text = await Deno.readTextFile(filePath).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  for (const { setting, value } of secrets) {
    const encrypted = await ring.encrypt(value, contextOf(setting));
    text = withEncrypted(text, { setting, encrypted });
  }
  await replaceFile(filePath, text, { keep });
}

/** The encrypted positions of a configuration file, for people. */
export async function listConfigSecrets(
  path: string,
): Promise<{ readonly pointer: string; readonly keyVersion: number }[]> {
  return encryptedIn({ path, text: await Deno.readTextFile(path) }).map((
    { setting, encrypted: { keyVersion } },
  ) => ({
    pointer: pointerOf(setting),
    keyVersion,
  }));
}
