export interface UntilOptions {
  /** What is waited for: named when it does not come. */
  readonly what: string;
  readonly timeoutMs?: number;
}

const PAUSE_MS = 10;

/**
 * Waits until `condition` returns something true and returns that; a rejection counts as "not yet".
 *
 * @throws {Error} naming `what` when it has not come within `timeoutMs` (60 s).
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 60_000 }: UntilOptions,
): Promise<Truthy<Awaited<T>>> {
  const deadline = performance.now() + timeoutMs;
  for (let last: unknown;;) {
    try {
      const value = await condition();
      if (isTrue(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** What {@linkcode until} waits for. */
export type Truthy<T> = Exclude<T, undefined | null | false | 0 | "">;

function isTrue<T>(value: T): value is Truthy<T> {
  return Boolean(value);
}
