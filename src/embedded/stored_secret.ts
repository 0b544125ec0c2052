import { join } from "node:path";

/** Reads the secret of that name, or makes one: 256 random bits that only the owner can read. */
export async function storedSecret(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  // Written aside and renamed: a crash leaves either no secret or a whole one.
  await Deno.writeTextFile(`${path}.new`, secret, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
  return secret;
}
