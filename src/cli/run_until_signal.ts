/**
 * Runs something until the process is asked to stop.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_FORCED = 130;
const log = getLogger("hub");

export interface RunOptions {
  /** Starts; the signal gives up starting. */
  readonly start: (signal: AbortSignal) => Promise<AsyncDisposable>;
  /** How long stopping may take. */
  readonly deadlineMs: number;
  /** Whether the end of standard input asks to stop, too: a supervisor's death is noticed by it. */
  readonly untilStdinCloses?: boolean;
}

/**
 * Starts something, waits for SIGINT or SIGTERM, and disposes of it within the deadline.
 * A second signal ends the process at once.
 */
export async function runUntilSignal(options: RunOptions): Promise<void> {
  const asked = Promise.withResolvers<void>();
  const starting = new AbortController();
  const onSignal = () => {
    if (starting.signal.aborted) Deno.exit(EXIT_FORCED);
    starting.abort(new Error("stopped while starting"));
    asked.resolve();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  if (options.untilStdinCloses) void stdinClosed().then(onSignal);
  try {
    const running = await options.start(starting.signal);
    await asked.promise;
    await disposeWithin(running, options.deadlineMs);
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  }
}

async function disposeWithin(running: AsyncDisposable, deadlineMs: number): Promise<void> {
  const deadline = setTimeout(() => {
    log.error("stopping took too long: giving up", { deadlineMs });
    Deno.exit(1);
  }, deadlineMs);
  await running[Symbol.asyncDispose]();
  clearTimeout(deadline);
}

async function stdinClosed(): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await Deno.stdin.read(buffer) !== null);
}
