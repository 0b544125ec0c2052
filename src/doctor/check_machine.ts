/**
 * Looks at what a hub needs of its machine.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import { freeBytes, NEEDED_BYTES, runningHub } from "../embedded/data_directory.ts";
import { listen } from "../server/listen.ts";
import type { Check, Finding } from "./check.ts";

type Look = Omit<Finding, "name">;

const DENO_MINIMUM = [2, 9] as const;
const GIB = 1024 ** 3;
const WANTED_BYTES = 1 * GIB;

/** Looks at Deno, the data directory, its disk, and the port. */
export function machineChecks(config: HubConfig): Check[] {
  const dataDir = resolve(config.dataDir);
  return [
    { name: "deno", look: () => Promise.resolve(judgeDeno(Deno.version.deno)) },
    { name: "data directory", look: () => lookAtDirectory(dataDir) },
    { name: "disk", look: async () => judgeDisk(dataDir, await freeBytes(dataDir)) },
    { name: "port", look: () => lookAtPort(config, dataDir) },
  ];
}

/** Whether this Deno is new enough. */
export function judgeDeno(version: string): Look {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needMajor, needMinor] = DENO_MINIMUM;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) {
    return { status: "ok", found: version };
  }
  return {
    status: "failing",
    found: `version ${version}`,
    advice: `Deno ${needMajor}.${needMinor} or newer is needed: run "deno upgrade".`,
  };
}

/** Whether a disk with so many free bytes will do. */
export function judgeDisk(path: string, free: number): Look {
  const found = `${(free / GIB).toFixed(1)} GiB free for ${path}`;
  if (free >= WANTED_BYTES) return { status: "ok", found };
  const advice = "Free some space, or move the data with HUB_DATA_DIR.";
  if (free >= NEEDED_BYTES) return { status: "warning", found, advice };
  return { status: "failing", found: `the disk is full: ${found}`, advice };
}

/** Makes the directory, as the start would: its parents are none of the hub's business. */
async function lookAtDirectory(dataDir: string): Promise<Look> {
  const probe = join(dataDir, `doctor-${crypto.randomUUID()}`);
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: 0o711 });
    await Deno.writeTextFile(probe, "x");
  } catch (error) {
    const full = error instanceof Error && /ENOSPC|No space left|os error 28/i.test(error.message);
    return {
      status: "failing",
      found: `cannot write to ${dataDir}: ${
        error instanceof Error ? error.message : String(error)
      }`,
      advice: full
        ? "The disk is full: free some space, or move the data with HUB_DATA_DIR."
        : "Give this user the right to, or name another directory with HUB_DATA_DIR.",
    };
  } finally {
    await Deno.remove(probe).catch(() => undefined);
  }
  return { status: "ok", found: dataDir };
}

async function lookAtPort({ http: { host, port } }: HubConfig, dataDir: string): Promise<Look> {
  const running = await runningHub(dataDir);
  if (running) {
    const found = `a hub runs with this data directory: process ${running.pid} at ${running.url}`;
    return { status: "warning", found, advice: "Stop it before you start another one here." };
  }
  const handler = () => new Response();
  await using _listener = listen({ host, port, handler, drainMs: 0 });
  return { status: "ok", found: port === 0 ? "any free one" : `${port} on ${host} is free` };
}
