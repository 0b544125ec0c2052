import type { Leashed } from "./leash.ts";

/** After this time a waiting person is told what is being waited for. */
const SLOW_MS = 3_000;

export interface StartedOptions {
  readonly name: string;
  /** Resolves when the server says that it is ready. */
  readonly ready: Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Waits until a server is ready, for as long as it lives: after a crash it may have much to read.
 *
 * @throws {Error} with its last words when it ends before, or the reason of the signal.
 */
export async function started(server: Leashed, options: StartedOptions): Promise<void> {
  const { name, ready, signal, onStep } = options;
  const aborted = Promise.withResolvers<"aborted">();
  const abort = () => aborted.resolve("aborted");
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  const slow = setTimeout(() => onStep?.(`Waiting for ${name} to read its data`), SLOW_MS);
  const outcome = await Promise.race([ready, server.exited, aborted.promise]);
  clearTimeout(slow);
  signal?.removeEventListener("abort", abort);
  if (outcome === undefined) return;
  await server[Symbol.asyncDispose]();
  signal?.throwIfAborted();
  const words = `ended with code ${outcome}. Its last words:\n${server.lastLines()}`;
  throw new Error(`The embedded ${name} ${words}`);
}
