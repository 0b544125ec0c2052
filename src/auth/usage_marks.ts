/**
 * Notes when credentials were used, and writes it down now and then: a use costs no query.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";
import type { CredentialLookup } from "./stores.ts";

const log = getLogger("auth");
/** Beyond it, those who come are not noted until the next writing. */
const MOST = 100_000;

/** Notes uses. Disposing writes what was not written yet. */
export interface UsageMarks extends AsyncDisposable {
  mark(credential: string, atMs: number): void;
  /** Writes down what was noted; a database that is away is asked again the next time. */
  flush(): Promise<void>;
}

/** Starts noting. */
export function startUsageMarks(
  lookup: Pick<CredentialLookup, "markUsed">,
  { everyMs = 30_000 }: { readonly everyMs?: number } = {},
): UsageMarks {
  let marks = new Map<string, number>();
  let flushing: Promise<void> = Promise.resolve();
  const write = async () => {
    const taken = marks;
    if (taken.size === 0) return;
    marks = new Map();
    try {
      await lookup.markUsed(new Map([...taken].map(([id, at]) => [id, new Date(at)])));
    } catch (error) {
      log.warn("last uses were not written down", { error, count: taken.size });
      for (const [id, at] of marks) taken.set(id, at);
      marks = taken;
    }
  };
  const flush = () => flushing = flushing.then(write);
  const timer = setInterval(flush, everyMs);
  return {
    mark(credential, atMs) {
      if (marks.size < MOST || marks.has(credential)) marks.set(credential, atMs);
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}
