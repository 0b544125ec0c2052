import { join } from "node:path";

/** Reads the secret of that name, or makes one: 256 random bits that only the owner can read. */
export async function storedSecret(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  try {
    const secret = await Deno.readTextFile(path);
    if (/^[0-9a-f]{64}$/.test(secret)) return secret;
    // An empty password would let everybody in.
    throw new Error(
      `Cannot use ${path}: it is damaged. Restore it, or remove it and what it opens.`,
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  // Written aside and renamed: a crash leaves either no secret or a whole one.
  await writeSynced(`${path}.new`, secret);
  await Deno.rename(`${path}.new`, path);
  return secret;
}

async function writeSynced(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true, truncate: true, mode: 0o600 });
  await file.write(new TextEncoder().encode(text));
  await file.sync();
}
