/**
 * A spoke that offers the files below one directory: `fs/list`, `fs/read` and `fs/write`.
 *
 * It shows how to stand between callers and something dangerous: whatever path is asked for, and
 * wherever symbolic links lead, nothing outside of the directory is read or written, and what is
 * outside is told like what is not there.
 *
 *     HUB_KEY=… deno run --allow-net --allow-env --allow-read=DIR --allow-write=DIR \
 *       examples/fs_spoke.ts DIR
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { operation, type SpokeOperation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { constants } from "node:fs";
import { type FileHandle, open, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { connect } from "./connect.ts";

/** Of one file. Escaped as JSON it may take six times as much, and has to fit into a frame. */
const MAX_BYTES = 128 * 1024;
const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

const errors = [
  { code: "NO_SUCH_FILE", description: "Nothing is there", schema: {}, httpStatus: 404 },
  { code: "TOO_LARGE", description: "The file is too large", schema: {}, httpStatus: 413 },
];
const Path = Type.String({ maxLength: 1024, description: "Relative, its parts joined by /" });

/** Operations on what lies below `directory`, and on nothing else. */
export async function fileOperations(directory: string): Promise<SpokeOperation[]> {
  const root = await realpath(directory);
  return [
    operation({
      ...{ name: "fs/list", type: "query", errors, description: "Names in a directory" },
      input: Type.Object({ path: Path }),
      output: Type.Array(Type.Object({ name: Type.String(), isDirectory: Type.Boolean() })),
      handler: async ({ path }) => {
        const entries = await readdir(await inside(root, path), { withFileTypes: true })
          .catch(noSuchFile);
        return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
      },
    }),
    operation({
      ...{ name: "fs/read", type: "query", errors, description: "Text of a file" },
      input: Type.Object({ path: Path }),
      output: Type.Object({ text: Type.String() }),
      handler: async ({ path }) => {
        const file = await openInside(root, await inside(root, path), O_RDONLY);
        try {
          const { size } = await file.stat();
          if (size > MAX_BYTES) throw new CallError("TOO_LARGE", `more than ${MAX_BYTES} bytes`);
          const buffer = new Uint8Array(MAX_BYTES);
          // No more than was measured, whoever goes on writing.
          const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, 0);
          return { text: new TextDecoder().decode(buffer.subarray(0, bytesRead)) };
        } finally {
          await file.close();
        }
      },
    }),
    operation({
      ...{ name: "fs/write", errors, description: "Makes a file, or replaces its text" },
      input: Type.Object({ path: Path, text: Type.String({ maxLength: MAX_BYTES }) }),
      handler: async ({ path, text }) => {
        const parent = await inside(root, dirname(path));
        const name = partsOf(basename(path))[0];
        if (name === undefined) return noSuchFile();
        // Nothing is cut off before it is known where the file lies.
        const file = await openInside(root, join(parent, name), O_RDWR | O_CREAT);
        try {
          await file.truncate(0);
          await file.writeFile(text);
        } finally {
          await file.close();
        }
        return {};
      },
    }),
  ];
}

function noSuchFile(): never {
  throw new CallError("NO_SUCH_FILE", "no such file");
}

/** Names, none of which goes up or means anything to a platform. */
function partsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.some((part) => part === ".." || /[\\:\0]/.test(part)) ? noSuchFile() : parts;
}

/** Where a path leads once all links are followed, if that is below `root`. */
async function inside(root: string, path: string): Promise<string> {
  const real = await realpath(join(root, ...partsOf(path))).catch(noSuchFile);
  return isBelow(root, real) ? real : noSuchFile();
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Opens a file, and makes sure that what was opened lies below `root`: links may have changed since. */
async function openInside(root: string, path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o644).catch(noSuchFile);
  try {
    const real = await realpath(path);
    await using other = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const [opened, there] = await Promise.all([file.stat(), other.stat()]);
    const isSame = opened.dev === there.dev && opened.ino === there.ino;
    if (isSame && opened.isFile() && isBelow(root, real)) return file;
  } catch {
    // It has gone in the meantime: the same as if it had never been there.
  }
  await file.close();
  return noSuchFile();
}

if (import.meta.main) {
  const [directory] = Deno.args;
  if (directory === undefined) throw new TypeError("Cannot start: say which directory to offer");
  await connect(await fileOperations(directory));
}
