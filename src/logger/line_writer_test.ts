import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createLineWriter, type LogStream } from "./line_writer.ts";

const TIMEOUT = { timeoutMs: 30_000 };
const lostLines = (count: number) => `lost ${count}\n`;

/** A stream that keeps what it is given, `most` bytes at a time. */
function recorder({ most = Infinity }: { most?: number } = {}) {
  const writes: string[] = [];
  const take = (bytes: Uint8Array) => {
    const taken = bytes.subarray(0, most);
    writes.push(new TextDecoder().decode(taken));
    return taken.length;
  };
  const stream: LogStream = { write: (bytes) => Promise.resolve(take(bytes)), writeSync: take };
  return { stream, writes };
}

/** A stream whose writes end when the test says so. */
function gated() {
  const waiting: PromiseWithResolvers<number>[] = [];
  const writes: string[] = [];
  const stream: LogStream = {
    write(bytes) {
      writes.push(new TextDecoder().decode(bytes));
      const gate = Promise.withResolvers<number>();
      waiting.push(gate);
      return gate.promise.then(() => bytes.length);
    },
  };
  return { stream, writes, next: () => waiting.shift() };
}

/** Lets everything that is ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("createLineWriter() writes the lines of one turn together", async () => {
  const { stream, writes } = recorder();
  const writer = createLineWriter(stream, { lostLines });
  writer.write("a\n");
  writer.write("b\n");
  deepStrictEqual(writes, []);
  await writer.flush(TIMEOUT);
  writer.write("c\n");
  await writer.flush(TIMEOUT);
  deepStrictEqual(writes, ["a\nb\n", "c\n"]);
});

Deno.test("createLineWriter() goes on where a stream takes less than it is given", async () => {
  const { stream, writes } = recorder({ most: 2 });
  const writer = createLineWriter(stream, { lostLines });
  writer.write("abcde\n");
  await writer.flush(TIMEOUT);
  deepStrictEqual(writes, ["ab", "cd", "e\n"]);
});

Deno.test("createLineWriter() loses lines beyond its queue, and says how many", async () => {
  const { stream, writes, next } = gated();
  const writer = createLineWriter(stream, { maxQueued: 6, lostLines });
  writer.write("1\n");
  await settle();
  for (const line of ["2\n", "3\n", "4\n", "5\n", "6\n"]) writer.write(line);
  next()?.resolve(0);
  await settle();
  next()?.resolve(0);
  await writer.flush(TIMEOUT);
  deepStrictEqual(writes, ["1\n", "2\n3\n4\nlost 2\n"]);
});

Deno.test("createLineWriter() survives a stream that fails, and says what was lost after it", async () => {
  let isBroken = true;
  const { stream, writes } = recorder();
  const writer = createLineWriter({
    write: (bytes) => isBroken ? Promise.reject(new Deno.errors.BrokenPipe()) : stream.write(bytes),
  }, { lostLines });
  writer.write("1\n");
  writer.write("2\n");
  await writer.flush(TIMEOUT);
  isBroken = false;
  writer.write("3\n");
  await writer.flush(TIMEOUT);
  deepStrictEqual(writes, ["3\nlost 2\n"]);
});

for (
  const [name, stream] of [
    ["throws", {
      write() {
        throw new Error("no stream");
      },
    }],
    ["takes nothing", { write: () => Promise.resolve(0) }],
  ] as const satisfies [string, LogStream][]
) {
  Deno.test(`createLineWriter() survives a stream that ${name}`, async () => {
    const writer = createLineWriter(stream, { lostLines });
    writer.write("1\n");
    await writer.flush(TIMEOUT);
    writer.write("2\n");
    await writer.flush(TIMEOUT);
  });
}

Deno.test("flush() gives a stuck stream up at its timeout", async () => {
  const { stream, next } = gated();
  const writer = createLineWriter(stream, { lostLines });
  writer.write("1\n");
  await writer.flush({ timeoutMs: 1 });
  next()?.resolve(0);
  await writer.flush(TIMEOUT);
});

Deno.test("flushSync() writes what waits at once", () => {
  const { stream, writes } = recorder();
  const writer = createLineWriter(stream, { lostLines });
  writer.write("1\n");
  writer.flushSync();
  writer.flushSync();
  deepStrictEqual(writes, ["1\n"]);
});

Deno.test("flushSync() does not throw where the stream is closed", () => {
  let tries = 0;
  const writer = createLineWriter({
    write: (bytes) => Promise.resolve(bytes.length),
    writeSync() {
      tries++;
      throw new Deno.errors.BrokenPipe();
    },
  }, { lostLines });
  writer.write("1\n");
  writer.flushSync();
  strictEqual(tries, 1);
});
