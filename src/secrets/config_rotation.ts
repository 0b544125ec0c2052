/**
 * Rotation and change of master key for a configuration file.
 *
 * @module
 */
import { contextOf, encryptedIn } from "../config/mod.ts";
import { addKey, openKeyRing, retireKey, retiringSince, ringVersions } from "../crypto/mod.ts";
import { storeConfigSecrets } from "./config_secrets.ts";
import { fittingKey, type MasterKeys } from "./master_keys.ts";
import type { KeyRingStore } from "./ports.ts";
import { readRingFile, writeRingFile } from "./ring_file.ts";

/** How a configuration file is rotated. */
export interface RotateConfigOptions {
  readonly masterKeys: MasterKeys;
  readonly retentionMs: number;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Encrypts every encrypted value of a file anew, under a new key; how many there were. */
export async function rotateConfig(
  filePath: string,
  { masterKeys, retentionMs, now }: RotateConfigOptions,
): Promise<number> {
  const before = await readRingFile(filePath);
  if (before === undefined) return 0;
  const found = encryptedIn({ path: filePath, text: await Deno.readTextFile(filePath) });
  const masterKey = await fittingKey(before, masterKeys);
  const added = await addKey(before, { masterKey, now: new Date(now).toISOString() });
  // The ring first: it opens the values of before and of after, whichever the file has.
  await writeRingFile(filePath, added);
  const ring = await openKeyRing(added, { masterKeys });
  const secrets = await Promise.all(
    found.map(async ({ setting, encrypted }) => ({
      setting,
      value: await ring.decrypt(encrypted, contextOf(setting)),
    })),
  );
  if (secrets.length > 0) await storeConfigSecrets(filePath, secrets, { ring, keep: true });
  const retired = ringVersions(added).filter((version) => {
    const since = retiringSince(added, version);
    return added.keys[version]?.state === "retiring" && since !== undefined &&
      now - Date.parse(since) >= retentionMs;
  });
  if (retired.length > 0) await writeRingFile(filePath, retired.reduce(retireKey, added));
  return secrets.length;
}

/** The ring beside a configuration file, for one writer at a time. */
export function createRingFileStore(filePath: string): KeyRingStore {
  return {
    load: () => readRingFile(filePath),
    async replace({ after }) {
      await writeRingFile(filePath, after);
      return true;
    },
  };
}
