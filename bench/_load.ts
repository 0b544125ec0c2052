/**
 * The load of the comparisons. It uses nothing but the language and what Node has, so that the same
 * file makes the load in Deno and in Node.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";

/** How many ask at the same time, and for how long. */
export interface Load {
  readonly callers: number;
  readonly ms: number;
}

/** What came of it. */
export interface Outcome {
  readonly calls: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Calls again and again; each caller's call waits for the one before it. */
export async function drive(
  call: (caller: number) => Promise<unknown>,
  { callers, ms }: Load,
): Promise<Outcome> {
  const took: number[] = [];
  const begunAt = performance.now();
  await Promise.all(Array.from({ length: callers }, async (_, caller) => {
    for (let at = begunAt; at - begunAt < ms;) {
      await call(caller);
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  }));
  const elapsed = performance.now() - begunAt;
  const sorted = Float64Array.from(took).toSorted();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const calls = took.length, perSecond = calls / elapsed * 1_000;
  return { calls, perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Drives as each line of standard input says, and answers it with a line; ends with the input. */
export async function driveAsTold(call: (caller: number) => Promise<unknown>): Promise<void> {
  say("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    say(JSON.stringify(await drive(call, JSON.parse(line))));
  }
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Resolves once nobody holds standard input any more. */
export async function untilInputEnds(): Promise<void> {
  for await (const _ of process.stdin) { /* Nothing is said. */ }
}
