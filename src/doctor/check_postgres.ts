/**
 * Looks at Postgres, and through it at the clock.
 *
 * @module
 */
import type { HubConfig } from "../config/mod.ts";
import { runLeashed } from "../embedded/leash.ts";
import { postgresBinaries } from "../embedded/postgres_binaries.ts";
import { openDatabase } from "../storage/database.ts";
import { readClock, readVersion } from "../storage/server_facts.ts";
import { migrationState } from "../storage/migration_state.ts";
import type { Check, Finding } from "./check.ts";

type Look = Omit<Finding, "name">;

const MINIMUM_MAJOR = 15;
const MAX_SKEW_MS = 2_000;

/** Looks at the configured Postgres, or at the programs that would be started. */
export function postgresCheck({ postgres }: HubConfig): Check {
  const { url } = postgres;
  return {
    name: "postgres",
    look: () => url === undefined ? lookAtPrograms() : lookAtServer({ ...postgres, url }),
  };
}

/** Compares this machine's clock with that of Postgres, where it is another machine's. */
export function clockCheck({ postgres }: HubConfig, releasedAt: number): Check {
  const { url } = postgres;
  return {
    name: "clock",
    async look() {
      const date = judgeDate(Date.now(), releasedAt);
      if (url === undefined || date.status !== "ok") return date;
      const skewMs = await skewOf({ ...postgres, url }).catch(() => undefined);
      // What keeps Postgres from answering is said by its own check.
      return skewMs === undefined ? date : judgeSkew(skewMs);
    },
  };
}

async function skewOf(options: ServerOptions): Promise<number> {
  await using database = await openDatabase(options);
  const before = Date.now();
  const there = await readClock(database.pool);
  return (before + Date.now()) / 2 - there;
}

/** Whether a clock that is so far from another will do. */
export function judgeSkew(skewMs: number): Look {
  const found = `${Math.abs(skewMs / 1000).toFixed(1)} s ${
    skewMs < 0 ? "behind" : "ahead of"
  } Postgres`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return { status: "ok", found };
  return { status: "warning", found, advice: "Keep both machines' clocks right with NTP." };
}

/** Whether a date can be true, for a program that was released then. */
export function judgeDate(now: number, releasedAt: number): Look {
  const found = new Date(now).toISOString();
  if (now >= releasedAt) return { status: "ok", found };
  return {
    status: "failing",
    found: `the clock says ${found}, before this hub was written`,
    advice: "Set the clock: keys and timers go by it.",
  };
}

type ServerOptions = HubConfig["postgres"] & { readonly url: string };

async function lookAtServer(options: ServerOptions): Promise<Look> {
  await using database = await openDatabase(options);
  const version = await readVersion(database.pool);
  if (parseInt(version) < MINIMUM_MAJOR) {
    return {
      status: "failing",
      found: `version ${version}`,
      advice: `Postgres ${MINIMUM_MAJOR} or newer is needed.`,
    };
  }
  const { applied, known } = await migrationState(database.pool);
  const found = `connected to version ${version}, ${applied} of ${known} migrations applied`;
  if (applied <= known) return { status: "ok", found };
  return {
    status: "failing",
    found,
    advice: "A newer hub migrated this database: start that version.",
  };
}

async function lookAtPrograms(): Promise<Look> {
  const { postgres } = postgresBinaries();
  const version = await runLeashed(postgres, { args: ["--version"] });
  return { status: "ok", found: `${version} is bundled and runs` };
}
