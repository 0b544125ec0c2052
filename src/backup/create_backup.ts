/**
 * Copies all that a hub keeps into a folder: every table of its own, every stream that cannot be
 * made again. Nothing that opens anything: master key and hash key are kept elsewhere.
 *
 * @module
 */
import { copyStream, encodeText, existingStreams, KEPT, keptStreamName } from "@hub/bus";
import { dumpTables } from "../storage/table_dump.ts";
import { VERSION } from "../version.ts";
import { type BackupFile, createBackupFile } from "./backup_files.ts";
import { type Manifest, streamFile, tableFile, writeManifest } from "./manifest.ts";
import type { OpenedServers } from "./open_servers.ts";

/** What is copied, and where to. */
export interface CreateBackupOptions extends Pick<OpenedServers, "bus" | "database" | "isRunning"> {
  /** A folder that is made. */
  readonly directory: string;
  readonly now: Date;
}

/** Makes a backup. @throws {Error} if there is something in its place; what was begun is removed. */
export async function createBackup(options: CreateBackupOptions): Promise<Manifest> {
  const { directory } = options;
  await Deno.mkdir(directory, { mode: 0o700 });
  try {
    const manifest = await copyAll(options);
    await writeManifest(directory, manifest);
    return manifest;
  } catch (error) {
    await Deno.remove(directory, { recursive: true });
    throw error;
  }
}

async function copyAll(
  { bus, database, isRunning, directory, now }: CreateBackupOptions,
): Promise<Manifest> {
  const files: Record<string, string> = {};
  // The database first: its projections are never ahead of the streams, which they catch up with.
  const { tables, migrations } = await copyTables({ database, directory, files });
  const existing = new Set(await existingStreams(bus));
  const streams: Manifest["streams"] = [];
  for (const purpose of KEPT) {
    const name = keptStreamName(bus.realm, purpose);
    if (!existing.has(name)) continue;
    const path = streamFile(purpose);
    using file = await createBackupFile(directory, path);
    const copy = await copyStream(bus, name, (chunk) => file.write(chunk));
    streams.push({ purpose, ...copy });
    files[path] = await file.finish();
  }
  const takenAt = now.toISOString(), atRest = !isRunning;
  return {
    ...{ format: 1, version: VERSION, realm: bus.realm, takenAt, atRest },
    ...{ migrations, tables: [...tables], streams, files },
  };
}

interface CopyTablesOptions extends Pick<CreateBackupOptions, "database" | "directory"> {
  readonly files: Record<string, string>;
}

async function copyTables({ database, directory, files }: CopyTablesOptions) {
  const opened = new Map<string, BackupFile>();
  using stack = new DisposableStack();
  const fileOf = async (table: string) => {
    const known = opened.get(table);
    if (known !== undefined) return known;
    const made = stack.use(await createBackupFile(directory, tableFile(table)));
    opened.set(table, made);
    return made;
  };
  const dump = await dumpTables(database.pool, {
    async write(table, rows) {
      const file = await fileOf(table);
      await file.write(encodeText(rows.map((row) => `${row}\n`).join("")));
    },
  });
  for (const [table, file] of opened) files[tableFile(table)] = await file.finish();
  return dump;
}
