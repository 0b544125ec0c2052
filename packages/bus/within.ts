/**
 * Waits no longer than told.
 *
 * @module
 */

/** How long {@linkcode within} waits. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for when the time is up. */
  readonly late: () => Error;
}

/**
 * Waits for `promise`, but neither longer than `timeoutMs` nor after an abort.
 *
 * What it was waiting for goes on; its later failure is nobody's concern.
 *
 * @throws What `promise` rejects with, the error of `late`, or the reason of `signal`.
 */
export async function within<T>(
  promise: Promise<T>,
  { timeoutMs, signal, late }: Patience,
): Promise<T> {
  signal?.throwIfAborted();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), timeoutMs);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
