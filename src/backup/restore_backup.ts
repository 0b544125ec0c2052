/**
 * Makes an empty database and an empty NATS what they were when a backup was made.
 *
 * @module
 */
import { type Bus, existingStreams, KEPT, keptStreamName, pasteStream } from "@hub/bus";
import { noteAll } from "../../actors/runtime/mod.ts";
import type { Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { migrationState } from "../storage/migration_state.ts";
import { fillTables } from "../storage/table_dump.ts";
import { checkBackupFiles, readBackupFile, readBackupLines } from "./backup_files.ts";
import { type Manifest, readManifest, streamFile, tableFile } from "./manifest.ts";
import type { OpenedServers } from "./open_servers.ts";

/** Where to, and from where. */
export interface RestoreBackupOptions extends Omit<OpenedServers, keyof AsyncDisposable> {
  readonly directory: string;
  readonly connectTimeoutMs: number;
}

/**
 * Restores a backup, all of it. Where there is anything already, nothing is done.
 *
 * @throws {Error} that says what stands in the way.
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<Manifest> {
  const { directory, bus, database, isRunning, replicas } = options;
  const manifest = await readManifest(directory);
  if (manifest.realm !== bus.realm) {
    throw new Error(
      `Cannot restore: the backup is of the realm ${manifest.realm}, this hub is ${bus.realm}.`,
    );
  }
  if (isRunning) throw new Error("Cannot restore: a node of this hub runs. Stop all of them.");
  const { known } = await migrationState(database.pool);
  if (manifest.migrations > known) {
    throw new Error(
      `Cannot restore: the backup was made by a newer version of the hub, ${manifest.version}.`,
    );
  }
  await refuseStreams(bus, manifest);
  await checkBackupFiles(directory, manifest.files);
  const { databaseUrl: url, connectTimeoutMs } = options;
  // What an earlier version has written is put where that version would have put it, and then brought on.
  await migrate({ url, connectTimeoutMs, upTo: manifest.migrations });
  await fill(database, manifest, directory);
  for (const { purpose, ...copy } of manifest.streams) {
    const kept = KEPT.find((it) => it === purpose);
    if (kept === undefined) throw new Error(`Cannot restore: ${purpose} is no stream of a hub.`);
    const chunks = readBackupFile(directory, streamFile(purpose));
    await pasteStream(bus, keptStreamName(bus.realm, kept), { copy, chunks, replicas });
  }
  await noteUnknown(bus, manifest);
  // Last: where one of these fails, the next start tries it again, and nothing else is missing.
  await migrate({ url, connectTimeoutMs });
  return manifest;
}

/** Who waited, and for what, was copied before the log, which went on meanwhile. */
async function noteUnknown(bus: Bus, { atRest, streams }: Manifest): Promise<void> {
  const isThere = (stream: string) => streams.some(({ purpose }) => purpose === stream);
  if (!atRest && isThere("EVENTS") && isThere("WAITING")) await noteAll(bus);
}

async function refuseStreams(bus: Bus, { streams }: Manifest): Promise<void> {
  const found = await existingStreams(bus);
  if (found.length === 0 || streams.length === 0) return;
  throw new Error(`Cannot restore: NATS holds streams of this hub already (${found.join(", ")}).`);
}

async function fill(
  { pool }: Database,
  { tables, migrations }: Manifest,
  directory: string,
): Promise<void> {
  const read = (table: string) => readBackupLines(directory, tableFile(table));
  await fillTables(pool, { tables, migrations, read });
}
