/**
 * Rows of the audit trail go when they are old enough, a batch at a time.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";
import type { AuditTrail } from "./stores.ts";

const log = getLogger("auth");
const HOUR_MS = 3_600_000, DAY_MS = 24 * HOUR_MS;
/** Few enough that nobody waits for one statement. */
const BATCH = 1_000;

/** How the trail is kept short. */
export interface AuditRetentionOptions {
  readonly audit: Pick<AuditTrail, "removeOldest" | "record">;
  /** Rows that are older go; 0: none ever does. */
  readonly days: number;
  /** Default an hour. */
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** Keeps the trail short until it is disposed of. */
export interface AuditRetention extends AsyncDisposable {
  /** Removes what is too old now, and says how much that was; never two at a time. */
  trim(): Promise<number>;
}

/** Starts to trim: at once, and then every hour. Every node does; they do not get in each other's way. */
export function startAuditRetention(
  { audit, days, everyMs = HOUR_MS, now = Date.now }: AuditRetentionOptions,
): AuditRetention {
  const closing = new AbortController();
  let trimming: Promise<unknown> = Promise.resolve();
  const removeAll = async () => {
    const before = new Date(now() - days * DAY_MS);
    let removed = 0;
    for (let last = BATCH; last === BATCH && !closing.signal.aborted;) {
      last = await audit.removeOldest({ before, limit: BATCH });
      removed += last;
    }
    if (removed > 0) {
      const details = { removed, before: before.toISOString() };
      const subject = { kind: "hub", id: "audit" };
      await audit.record({ actor: HUB, action: "audit.trimmed", subject, details });
    }
    return removed;
  };
  const trim = () => {
    const run = trimming.then(removeAll);
    trimming = run.catch(() => undefined); // told to whoever waits for that one
    return run;
  };
  const tryToTrim = () =>
    trim().catch((error) => log.warn("the audit trail was not trimmed", { error }));
  const timer = days === 0 ? undefined : setInterval(tryToTrim, everyMs);
  if (days > 0) tryToTrim();
  return {
    trim,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      closing.abort();
      await trimming;
    },
  };
}

const HUB = { kind: "hub", id: "hub" } as const;
