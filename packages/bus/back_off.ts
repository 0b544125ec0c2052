/**
 * Waits between attempts.
 *
 * @module
 */

const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/**
 * Waits before attempt `tries + 1`: doubling, at most two seconds, half of it random.
 *
 * @throws The reason of `signal` if it aborts.
 */
export async function backOff(tries: number, signal?: AbortSignal): Promise<void> {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  await pause(full / 2 + Math.random() * full / 2, signal);
}

/** Waits. @throws The reason of `signal` if it aborts. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
