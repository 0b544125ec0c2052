/**
 * The directory that holds what the embedded servers store, used by one hub at a time.
 *
 * @module
 */
import { join } from "node:path";

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
  const lock = await Deno.open(join(path, "lock"), { create: true, write: true, read: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new Error(await describeHolder(path));
  }
  return { ...places, [Symbol.asyncDispose]: () => Promise.resolve(lock.close()) };
}

/** Where the hub that holds a data directory can be reached, for messages and `doctor`. */
export interface RunningHub {
  readonly pid: number;
  readonly url: string;
}

/** Notes the running hub beside its data, for people and for commands that look for it. */
export async function announce({ run }: DataDirectory, hub: RunningHub): Promise<void> {
  await Deno.writeTextFile(join(run, "hub.json"), JSON.stringify(hub), { mode: 0o600 });
}

/** The hub that holds the data directory now, if there is one that has announced itself. */
export async function runningHub(path: string): Promise<RunningHub | undefined> {
  try {
    using lock = await Deno.open(join(path, "lock"), { read: true });
    if (await lock.tryLock(false)) return undefined;
    return parseNote(await Deno.readTextFile(join(path, "run", "hub.json")));
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
  const { pid, url }: Partial<RunningHub> = JSON.parse(note);
  return { pid: Number(pid), url: String(url) };
}

async function writable(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? "the start task lets the hub write to .hub and to $HUB_DATA_DIR only: " +
        "name the directory with HUB_DATA_DIR, not with a flag or in the file"
      : cause instanceof Deno.errors.PermissionDenied
      ? "this user may not write there"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new Error(`Cannot use ${path} as the data directory: ${why}.`, { cause });
  }
}
