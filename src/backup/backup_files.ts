/**
 * Files of a backup, with the sum of what is in them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** Writes one file. Disposing closes it. */
export interface BackupFile extends Disposable {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes sure that it is on the disk, and says the SHA-256 of it. */
  finish(): Promise<string>;
}

/** Makes a file inside a backup, which only its owner reads. */
export async function createBackupFile(directory: string, name: string): Promise<BackupFile> {
  const path = join(directory, name);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  const hash = createHash("sha256");
  return {
    async write(bytes) {
      hash.update(bytes);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    },
    async finish() {
      await file.sync();
      return hash.digest("hex");
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Reads a file of a backup, piece by piece. */
export async function* readBackupFile(
  directory: string,
  name: string,
): AsyncGenerator<Uint8Array, void> {
  const file = await Deno.open(join(directory, name), { read: true });
  yield* file.readable;
}

/** Reads the lines of a file of a backup, some at a time. */
export async function* readBackupLines(
  directory: string,
  name: string,
): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const bytes of readBackupFile(directory, name)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
}

/** @throws {Error} if a file of a backup is not what it was. */
export async function checkBackupFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, wanted] of Object.entries(files)) {
    const hash = createHash("sha256");
    for await (const bytes of readBackupFile(directory, name)) hash.update(bytes);
    if (hash.digest("hex") !== wanted) {
      throw new Error(`Cannot use ${join(directory, name)}: it is not what it was as it was made.`);
    }
  }
}
