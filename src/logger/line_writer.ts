/**
 * Writes lines to a stream without ever making the caller wait or fail.
 *
 * @module
 */

/** The part of a stream that is used; `Deno.stderr` is one. */
export interface LogStream {
  write(bytes: Uint8Array): Promise<number>;
  /** Writes what is left when the process ends. */
  writeSync?(bytes: Uint8Array): number;
}

/** How a writer behaves. */
export interface LineWriterOptions {
  /** Most characters that wait for a slow stream; lines beyond are lost. */
  readonly maxQueued?: number;
  /** Spells the line that says how many were lost. */
  readonly lostLines: (count: number) => string;
}

/** A writer that takes lines at once and writes them when the stream can. */
export interface LineWriter {
  /** Takes a line, with its line break. Never throws, never waits. */
  write(line: string): void;
  /** Resolves when nothing waits any more, or at `timeoutMs`. */
  flush(options: { timeoutMs: number }): Promise<void>;
  /** Writes what waits at once; for the end of the process. Never throws. */
  flushSync(): void;
}

const MAX_QUEUED = 4 * 1024 * 1024;

const encoder = new TextEncoder();

async function writeAll(stream: LogStream, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const written = await stream.write(bytes.subarray(offset));
    if (written <= 0) throw new Error("Cannot write to the log: the stream takes nothing");
    offset += written;
  }
}

/** Resolves with `work`, or at the timeout; leaves no timer behind. */
async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

/** Creates a writer of lines to `stream`. */
export function createLineWriter(
  stream: LogStream,
  { maxQueued = MAX_QUEUED, lostLines }: LineWriterOptions,
): LineWriter {
  let queue: string[] = [];
  let queued = 0;
  let lost = 0;
  let draining: Promise<void> | undefined;

  function take(): { text: string; count: number; said: number } {
    const said = lost;
    const count = queue.length;
    const text = queue.join("") + (said > 0 ? lostLines(said) : "");
    [queue, queued, lost] = [[], 0, 0];
    return { text, count, said };
  }

  async function drain(): Promise<void> {
    await Promise.resolve(); // lines of one turn leave together
    while (queue.length > 0) {
      const { text, count, said } = take();
      try {
        await writeAll(stream, encoder.encode(text));
      } catch {
        lost += count + said; // there is nowhere left to say so, until the stream works again
      }
    }
    draining = undefined;
  }

  return {
    write(line) {
      if (queued + line.length > maxQueued) {
        lost++;
        return;
      }
      queue.push(line);
      queued += line.length;
      draining ??= drain();
    },
    flush: ({ timeoutMs }) => within(timeoutMs, draining ?? Promise.resolve()),
    flushSync() {
      if (queue.length === 0 || stream.writeSync === undefined) return;
      try {
        stream.writeSync(encoder.encode(take().text));
      } catch {
        // The process ends, and its log is closed.
      }
    },
  };
}
