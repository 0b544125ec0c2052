/**
 * What a spoke that has registered keeps: files that their owner alone can read.
 *
 * @module
 */
import { join } from "node:path";
import { replaceFile } from "../../secrets/replace_file.ts";
import type { Registered } from "./register_spoke.ts";

const ALGORITHM = "Ed25519";
const PEM = /-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/;

/** Files of spokes in a user's directory. */
export interface SpokeFiles {
  /** The key pair for a token: the same one again, should the answer to the first request be lost. */
  keysFor(prefix: string): Promise<CryptoKeyPair>;
  /** Keeps what a spoke connects with, and gives the file's path. */
  keep(prefix: string, registered: Registered): Promise<string>;
}

/** Opens the files of spokes. */
export async function openSpokeFiles(directory: string): Promise<SpokeFiles> {
  const folder = join(directory, "spokes");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const pending = (prefix: string) => join(folder, `${prefix}.pending.pem`);
  return {
    async keysFor(prefix) {
      const known = await readIfThere(pending(prefix));
      if (known !== undefined) return await readKeys(known);
      const made = await makeKeys();
      // Before it is sent anywhere: whatever happens then, the same can be sent again.
      await replaceFile(pending(prefix), await pemOf(made), { keep: false });
      return made;
    },
    async keep(prefix, registered) {
      const { peer_id: name } = registered;
      const path = join(folder, `${name}.env`);
      // One from before may have had another mode.
      await Deno.remove(path).catch(ifThere);
      // Who is told where it lies can keep a new key in it: see examples/connect.ts.
      const own = isPlain(path) ? `HUB_ENV_FILE=${path}\n` : "";
      await replaceFile(path, `${environmentOf(registered)}${own}`, { keep: false });
      await Deno.rename(pending(prefix), join(folder, `${name}.pem`));
      return path;
    },
  };
}

/** What a spoke is told by its environment, as shells, service managers and containers read it. */
export function environmentOf({ hub_url: url, session_token: key }: Registered): string {
  return `HUB_URL=${url}\nHUB_KEY=${key}\n`;
}

/** Whether all that read such files read it in the same way. */
function isPlain(path: string): boolean {
  return /^[\w./:@+-]+$/.test(path);
}

/** A key pair that can be kept. */
export async function makeKeys(): Promise<CryptoKeyPair> {
  const made = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  if ("privateKey" in made) return made;
  throw new TypeError("This platform makes no key pairs");
}

async function readKeys(pem: string): Promise<CryptoKeyPair> {
  const body = PEM.exec(pem)?.[1];
  if (body === undefined) throw new Error("Cannot read a spoke's key: the file is damaged");
  const bytes = Uint8Array.fromBase64(body);
  const privateKey = await crypto.subtle.importKey("pkcs8", bytes, ALGORITHM, true, ["sign"]);
  const { x, crv, kty } = await crypto.subtle.exportKey("jwk", privateKey);
  if (x === undefined || crv === undefined || kty === undefined) {
    throw new Error("Cannot read a spoke's key: it has no public part");
  }
  const publicKey = await crypto.subtle.importKey("jwk", { x, crv, kty }, ALGORITHM, true, [
    "verify",
  ]);
  return { privateKey, publicKey };
}

async function pemOf({ privateKey }: CryptoKeyPair): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toBase64()}\n-----END PRIVATE KEY-----\n`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return ifThere(error);
  }
}

function ifThere(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
