/**
 * What a backup says of itself, in `manifest.json`; written last, so that one without it is none.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { join } from "node:path";

const Members = Type.Record(Type.String(), Type.Unknown());

/** What a backup says of itself. */
export const Manifest = Type.Object({
  format: Type.Literal(1),
  /** Version of the hub that made it. */
  version: Type.String(),
  realm: Type.String(),
  takenAt: Type.String(),
  /** Whether no node ran: then everything in it is of one moment. */
  atRest: Type.Boolean(),
  migrations: Type.Integer({ minimum: 1 }),
  /** In the order in which they are filled. */
  tables: Type.Array(Type.String({ pattern: "^[a-z_]{1,63}$" })),
  streams: Type.Array(Type.Object({
    purpose: Type.String({ pattern: "^[A-Z]{1,20}$" }),
    config: Members,
    state: Members,
  })),
  /** SHA-256 of each file, in hexadecimal, by its path inside the backup. */
  files: Type.Record(Type.String(), Type.String({ pattern: "^[0-9a-f]{64}$" })),
});
/** What a backup says of itself. */
export type Manifest = Static<typeof Manifest>;

const FILE = "manifest.json";

/** Where the rows of a table are, inside a backup. */
export function tableFile(table: string): string {
  return `postgres/${table}.jsonl`;
}

/** Where the copy of a stream is, inside a backup. */
export function streamFile(purpose: string): string {
  return `nats/${purpose}.tar.s2`;
}

/** Reads what a backup says of itself. @throws {Error} if there is none, or it is damaged. */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, FILE);
  const text = await Deno.readTextFile(path).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`There is no whole backup in ${directory}: it has no ${FILE}.`, { cause });
  });
  const value = parsed(text);
  if (Value.Check(Manifest, value)) return value;
  throw new Error(`Cannot use ${path}: it is damaged, or of a version of the hub to come.`);
}

/** Writes what a backup says of itself. @throws {Error} if it could not be read again. */
export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const wrong = Value.Errors(Manifest, manifest).First();
  if (wrong !== undefined) {
    throw new Error(
      `Cannot make a backup that could be restored: ${wrong.path} is ${
        JSON.stringify(wrong.value)
      }.`,
    );
  }
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await Deno.writeTextFile(join(directory, FILE), text, { createNew: true, mode: 0o600 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said in words of our own
  }
}
