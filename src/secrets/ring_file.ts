/**
 * The key ring of a configuration file, in a file beside it: it is needed before any database is.
 *
 * @module
 */
import { CryptoError, type KeyRingData, parseKeyRing } from "../crypto/mod.ts";
import { replaceFile } from "./replace_file.ts";

const MAX_BYTES = 1024 * 1024;

/** Where the key ring of a configuration file lies: `hub.keys.json` beside `hub.jsonc`. */
export function ringFilePath(configFile: string): string {
  return `${configFile.replace(/\.jsonc?$/, "")}.keys.json`;
}

/**
 * Reads the key ring beside a configuration file; undefined when there is none.
 *
 * @throws {CryptoError} `MALFORMED`
 */
export async function readRingFile(configFile: string): Promise<KeyRingData | undefined> {
  const path = ringFilePath(configFile);
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  if (text.length > MAX_BYTES) throw new CryptoError("MALFORMED", `Cannot read ${path}: too long`);
  try {
    return parseKeyRing(JSON.parse(text));
  } catch (error) {
    const why = error instanceof CryptoError ? error.message : "it is no JSON";
    throw new CryptoError("MALFORMED", `Cannot read ${path}: ${why}`);
  }
}

/** Writes the key ring beside a configuration file; the one before stays as `.bak`. */
export async function writeRingFile(configFile: string, ring: KeyRingData): Promise<void> {
  const text = `${JSON.stringify(ring, null, 2)}\n`;
  await replaceFile(ringFilePath(configFile), text, { keep: true });
}
