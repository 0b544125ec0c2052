/**
 * The directory that holds what the embedded servers store, used by one hub at a time.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { getLogger } from "../logger/mod.ts";

/** What the name of a Postgres cluster begins with while it is being made. */
export const UNFINISHED_CLUSTER = "postgres.new-";
const log = getLogger("embedded");
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 40;
const OLD_MS = 60 * 60 * 1000;

/** Places inside the data directory; nothing else spells them. */
export interface DataDirectory extends AsyncDisposable {
  readonly path: string;
  /** Downloaded programs; safe to delete. */
  readonly cache: string;
  /** Secrets of the embedded servers, readable by the owner only. */
  readonly secrets: string;
  /** Process ids and ports of what runs now. */
  readonly run: string;
  readonly nats: string;
  readonly postgres: string;
}

/**
 * Opens the data directory for this process alone. The lock is the kernel's: it is gone as soon
 * as the process is, however it ended.
 *
 * @throws {Error} when another hub uses the directory, or when it cannot be written.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const places = {
    path,
    cache: join(path, "cache"),
    secrets: join(path, "secrets"),
    run: join(path, "run"),
    nats: join(path, "nats"),
    postgres: join(path, "postgres"),
  };
  await writable(path, async () => {
    // Others may pass through (an unprivileged Postgres has to) but not look around.
    await Deno.mkdir(path, { recursive: true, mode: 0o711 });
    for (const dir of [places.secrets, places.run, places.nats]) {
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    }
    await Deno.mkdir(places.cache, { recursive: true });
  });
  const lock = await writable(path, () => lockFor(path));
  if (lock === undefined) throw new Error(await describeHolder(path));
  try {
    await refuseFullDisk(path);
    await forgetLeftovers(places);
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    ...places,
    async [Symbol.asyncDispose]() {
      await remove(noteIn(places.run));
      lock.close();
    },
  };
}

/** Bytes that are free on the disk of a directory. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Below this, the servers fail in their own words, one file after the other. */
export const NEEDED_BYTES: number = 100 * 1024 * 1024;

async function refuseFullDisk(path: string): Promise<void> {
  const free = await freeBytes(path);
  if (free >= NEEDED_BYTES) return;
  throw new Error(
    `Cannot use ${path}: its disk is full (${mebibytes(free)} free, ${
      mebibytes(NEEDED_BYTES)
    } needed). ` +
      "Free some space, or move the data with HUB_DATA_DIR.",
  );
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}

/** Tries a few times: who only looks whether it is held, holds it for a moment as well. */
async function lockFor(path: string): Promise<Deno.FsFile | undefined> {
  // Nobody else may open it: any user who could might lock the hub out.
  const options = { create: true, write: true, read: true, mode: 0o600 };
  const lock = await Deno.open(join(path, "lock"), options);
  for (let tried = 1; tried <= LOCK_TRIES; tried++) {
    if (await lock.tryLock(true)) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
  }
  lock.close();
  return undefined;
}

/** What a hub that was killed did not clear away itself. */
async function forgetLeftovers(
  { path, run, cache }: Pick<DataDirectory, "path" | "run" | "cache">,
) {
  await remove(noteIn(run));
  for await (const { name } of Deno.readDir(path)) {
    if (!name.startsWith(UNFINISHED_CLUSTER)) continue;
    // Its initdb may still be about to end, and write: the next start will find it dead.
    await remove(join(path, name)).catch((error) => {
      log.warn("left an unfinished cluster for the next start", { name, error: String(error) });
    });
  }
  for await (const { name } of Deno.readDir(cache)) {
    const path = join(cache, name);
    const isPart = name.startsWith("deb-") || name.startsWith("nats-server-");
    if (isPart && await isOld(path)) await remove(path);
  }
}

/** Another hub, with a data directory of its own, may be fetching into the same cache just now. */
async function isOld(path: string): Promise<boolean> {
  const mtime = await Deno.lstat(path).then((found) => found.mtime, (error) => {
    // That hub was done with it meanwhile.
    if (error instanceof Deno.errors.NotFound) return new Date();
    throw error;
  });
  return mtime === null || Date.now() - mtime.getTime() > OLD_MS;
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

function noteIn(run: string): string {
  return join(run, "hub.json");
}

/** Where the hub that holds a data directory can be reached, for messages and `doctor`. */
export interface RunningHub {
  readonly pid: number;
  readonly url: string;
  /** Of the nats-server that it has started, if it has. */
  readonly natsUrl?: string | undefined;
  /** Modules that declare its kinds of actors. */
  readonly kinds?: readonly string[] | undefined;
}

/** Notes the running hub beside its data, for people and for commands that look for it. */
export async function announce({ run }: DataDirectory, hub: RunningHub): Promise<void> {
  const aside = `${noteIn(run)}.new`;
  await Deno.writeTextFile(aside, JSON.stringify(hub), { mode: 0o600 });
  await Deno.rename(aside, noteIn(run));
}

/** The hub that holds the data directory now, if there is one that has announced itself. */
export async function runningHub(path: string): Promise<RunningHub | undefined> {
  try {
    using lock = await Deno.open(join(path, "lock"), { read: true });
    if (await lock.tryLock(false)) return undefined;
    return parseNote(await Deno.readTextFile(noteIn(join(path, "run"))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function describeHolder(path: string): Promise<string> {
  const hub = await runningHub(path);
  const who = hub ? `the hub with process id ${hub.pid} at ${hub.url}` : "another hub";
  return `Cannot use ${path}: ${who} is using it. ` +
    `Stop that hub, or give this one a directory of its own with HUB_DATA_DIR.`;
}

function parseNote(note: string): RunningHub {
  const { pid, url, natsUrl, kinds }: Partial<RunningHub> = JSON.parse(note);
  return {
    pid: Number(pid),
    url: String(url),
    ...(natsUrl === undefined ? {} : { natsUrl: String(natsUrl) }),
    ...(Array.isArray(kinds) ? { kinds: kinds.map(String) } : {}),
  };
}

async function writable<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? "permissions follow from the environment and the configuration file: " +
        "name the directory with HUB_DATA_DIR or in hub.jsonc, not with a flag"
      : cause instanceof Deno.errors.PermissionDenied
      ? "this user may not write there (was it made by another one, with sudo perhaps?)"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new Error(`Cannot use ${path} as the data directory: ${why}.`, { cause });
  }
}
