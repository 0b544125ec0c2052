/**
 * Where the key of the token hashes comes from: the configuration, or a file that is made on the
 * first start.
 *
 * @module
 */
import { join } from "node:path";

const FILE = "token-hash-key";

/** Where to find the key. */
export interface HashKeyOptions {
  /** As configured; nodes on several machines need it, for they share one database. */
  readonly configured: string | undefined;
  readonly dataDir: string;
}

/**
 * Reads the hash key, or makes one: 256 random bits that only the owner of the process can read.
 *
 * @throws {Error} when the file is damaged or open to others.
 */
export async function openHashKey({ configured, dataDir }: HashKeyOptions): Promise<string> {
  if (configured !== undefined) return configured;
  const directory = join(dataDir, "secrets");
  const path = join(directory, FILE);
  const known = await readKey(path);
  if (known !== undefined) return known;
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o711 });
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await createKey(path);
  const made = await readKey(path);
  if (made === undefined) throw new Error(`Cannot use ${path}: it has gone as it was made.`);
  return made;
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const { mode, isFile } = await Deno.lstat(path);
    if (!isFile || (mode !== null && (mode & 0o077) !== 0)) {
      throw new Error(`Cannot use ${path}: others can read it. Run: chmod 600 ${path}`);
    }
    const key = await Deno.readTextFile(path);
    if (/^[0-9a-f]{64}$/.test(key)) return key;
    throw new Error(
      `Cannot use ${path}: it is damaged. Restore it; without it every key has to be made anew.`,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Of several nodes that start together on one directory, the first one's key is everybody's. */
async function createKey(path: string): Promise<void> {
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    {
      using file = await Deno.open(aside, { createNew: true, write: true, mode: 0o600 });
      const key = crypto.getRandomValues(new Uint8Array(32)).toHex();
      await file.write(new TextEncoder().encode(key));
      await file.sync();
    }
    // Unlike a rename, a link never replaces what is there.
    await Deno.link(aside, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(aside);
  }
}
