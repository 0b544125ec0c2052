/**
 * Runs something until the process is asked to stop.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_FORCED = 130;
/** One Ctrl-C arrives several times: from the terminal, and from every task runner in between. */
const SAME_WISH_MS = 1_000;
const log = getLogger("hub");

export interface RunOptions {
  /** Starts; the signal gives up starting. */
  readonly start: (signal: AbortSignal) => Promise<AsyncDisposable>;
  /** How long stopping may take, also when it was not even started. */
  readonly deadlineMs: number;
  /** Whether the end of standard input asks to stop, too: a supervisor's death is noticed by it. */
  readonly untilStdinCloses?: boolean;
}

/**
 * Starts something, waits for SIGINT or SIGTERM, and disposes of it within the deadline.
 * Another signal, a second or more after the first, ends the process at once.
 */
export async function runUntilSignal(options: RunOptions): Promise<void> {
  const asked = Promise.withResolvers<void>();
  const starting = new AbortController();
  let deadline: ReturnType<typeof setTimeout> | undefined;
  let askedAt = 0;
  const stop = () => {
    if (starting.signal.aborted) return;
    askedAt = performance.now();
    starting.abort(new Error("stopped while starting"));
    asked.resolve();
    deadline = setTimeout(giveUp, options.deadlineMs, options.deadlineMs);
  };
  const onSignal = () => {
    if (!starting.signal.aborted) return stop();
    if (performance.now() - askedAt > SAME_WISH_MS) Deno.exit(EXIT_FORCED);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  // A supervisor may send a signal and close the pipe as well: that is one wish, not two.
  if (options.untilStdinCloses) void stdinClosed().then(stop);
  try {
    const running = await options.start(starting.signal);
    await asked.promise;
    await running[Symbol.asyncDispose]();
  } finally {
    clearTimeout(deadline);
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  }
}

function giveUp(deadlineMs: number): void {
  log.error("stopping took too long: giving up", { deadlineMs });
  Deno.exit(1);
}

async function stdinClosed(): Promise<void> {
  const buffer = new Uint8Array(1024);
  try {
    while (await Deno.stdin.read(buffer) !== null);
  } catch (error) {
    // A standard input that cannot be read is as good as closed.
    log.debug("standard input failed", { error });
  }
}
