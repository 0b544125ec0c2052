/**
 * Replaces files whole: a crash leaves the old one or the new one.
 *
 * @module
 */

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Whether the file that was there stays as `.bak`. */
  readonly keep: boolean;
}

const OWNER_ONLY = 0o600;

/** Writes aside in the same directory, syncs and renames; a file keeps its mode. */
export async function replaceFile(
  path: string,
  text: string,
  { keep }: ReplaceOptions,
): Promise<void> {
  const before = await Deno.stat(path).catch(ifThere);
  const mode = before?.mode ?? OWNER_ONLY;
  const aside = `${path}.new`;
  await Deno.remove(aside).catch(ifThere);
  await writeSynced(aside, { text, mode: mode & 0o777 });
  if (before !== undefined && keep) {
    await writeSynced(`${path}.bak`, { text: await Deno.readTextFile(path), mode: mode & 0o777 });
  }
  await Deno.rename(aside, path);
}

async function writeSynced(path: string, { text, mode }: { text: string; mode: number }) {
  using file = await Deno.open(path, { create: true, write: true, truncate: true, mode });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}

function ifThere(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
