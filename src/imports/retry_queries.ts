/**
 * Queries that are asked again where a service says that it cannot answer now.
 *
 * @module
 */

/** How long, and how often. */
export interface RetryOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Waits; rejects when the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Below 1. */
  readonly random: () => number;
  readonly now: () => number;
}

const MAX_RETRIES = 2;
const FIRST_WAIT_MS = 200;
/** Whoever is told to wait longer is told so, and decides. */
const MAX_WAIT_MS = 5_000;

/**
 * A `fetch` that asks again after 429, 503 and what could not be sent, as the service says when.
 * Nothing but GET: whatever changes something might change it twice.
 */
export function retryQueries({ fetch, wait, random, now }: RetryOptions): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const isQuery = (init.method ?? "GET").toUpperCase() === "GET";
    for (let tries = 0;; tries++) {
      const isLast = !isQuery || tries === MAX_RETRIES;
      const backoff = FIRST_WAIT_MS * 2 ** tries * (0.5 + random() / 2);
      let response: Response;
      try {
        response = await fetch(input, init);
      } catch (error) {
        // That is how `fetch` says that nobody was reached.
        if (isLast || !(error instanceof TypeError)) throw error;
        await wait(backoff, init.signal ?? undefined);
        continue;
      }
      const pause = pauseOf(response, { backoff, now: now() });
      if (isLast || pause === undefined) return response;
      await response.body?.cancel();
      await wait(pause, init.signal ?? undefined);
    }
  };
}

/** How long to wait before asking again; undefined where that is of no use. */
function pauseOf(
  { status, headers }: Response,
  { backoff, now }: { readonly backoff: number; readonly now: number },
): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const told = headers.get("retry-after");
  if (told === null) return status === 503 ? backoff : undefined;
  const ms = /^\d+$/.test(told) ? Number(told) * 1000 : Date.parse(told) - now;
  return Number.isFinite(ms) && ms <= MAX_WAIT_MS ? Math.max(ms, backoff) : undefined;
}
