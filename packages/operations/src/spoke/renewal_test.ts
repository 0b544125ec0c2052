import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { manualClock } from "../_manual_clock.ts";
import { CallError } from "../error.ts";
import { createRenewing, type Renewal } from "./renewal.ts";

const MINUTE_MS = 60_000, DAY_MS = 24 * 60 * MINUTE_MS;

/** A key of 30 days at a hub, unless it is of fewer, whose time is that of the test. */
function world(
  { keep = () => {}, ttlMs = 30 * DAY_MS }: Partial<Renewal> & { ttlMs?: number } = {},
) {
  const clock = manualClock(), asked: string[] = [], kept: string[] = [];
  let endsAt = clock.now() + ttlMs, problem: unknown;
  const renewing = createRenewing({
    ...{ key: "key 0", clock, random: () => 1 },
    async keep(key) {
      await keep(key);
      kept.push(key);
    },
  });
  const hub = {
    call(operation: string) {
      asked.push(operation);
      if (problem !== undefined) return Promise.reject(problem);
      if (operation.endsWith("/rotate")) endsAt = clock.now() + ttlMs;
      const renewInMs = Math.max(0, endsAt - ttlMs / 2 - clock.now());
      const token = `key of ${(clock.now() - 1_000_000) / DAY_MS} days`;
      return Promise.resolve({ renewInMs, token });
    },
  };
  renewing.watch(hub);
  return {
    ...{ asked, kept, renewing, hub },
    fail: (error: unknown) => void (problem = error),
    /** Lets time pass, and what it sets off happen. */
    async pass(ms: number, steps = 1) {
      for (let step = 0; step < steps; step++) {
        clock.advance(ms / steps);
        // All that it sets off is done in microtasks, and there are few of them.
        for (let turn = 0; turn < 20; turn++) await undefined;
      }
    },
  };
}

Deno.test("a key is renewed in the second half of its life, and kept, as often as it takes", async () => {
  const { pass, kept, renewing } = world();
  await pass(15 * DAY_MS - 1, 100);
  deepStrictEqual(kept, []);
  strictEqual(renewing.key(), "key 0");
  await pass(30 * DAY_MS, 300);
  strictEqual(kept.length, 2);
  strictEqual(renewing.key(), kept[1]);
  renewing.stop();
  await pass(30 * DAY_MS, 300);
  strictEqual(kept.length, 2);
});

Deno.test("a key of seconds is renewed before it ends, too", async () => {
  const { pass, kept, renewing } = world({ ttlMs: 10_000 });
  await pass(MINUTE_MS, 600);
  strictEqual(kept.length >= 9 && kept.length <= 12, true, `${kept.length}`);
  renewing.stop();
});

Deno.test("connections that come one after the other while it is time to get one key", async () => {
  const { renewing, hub, asked, pass } = world({ ttlMs: 1_000 });
  renewing.stop();
  await pass(600);
  let answer = () => {};
  const slow = new Promise<void>((resolve) => answer = resolve);
  renewing.watch({ call: (operation) => slow.then(() => hub.call(operation)) });
  await pass(1);
  renewing.watch(hub);
  answer();
  await pass(1);
  deepStrictEqual(asked.filter((operation) => operation.endsWith("/rotate")).length, 1);
  renewing.stop();
});

Deno.test("a key that cannot be kept is used all the same, and kept as soon as that is possible", async () => {
  let tried = 0;
  const { pass, kept, renewing, asked } = world({
    keep() {
      if (++tried < 3) throw new TypeError("the disk is full");
    },
  });
  await pass(18 * DAY_MS, 300);
  deepStrictEqual([tried, kept.length], [3, 1]);
  strictEqual(renewing.key(), kept[0]);
  strictEqual(asked.filter((operation) => operation.endsWith("/rotate")).length, 1);
});

for (
  const [what, error, most] of [
    ["does not answer", new CallError("TIMEOUT", "late"), 60],
    ["knows nothing of it", new CallError("OPERATION_NOT_FOUND", "not found"), 2],
  ] as const
) {
  Deno.test(`a hub that ${what} is asked again, ${most} times an hour at most`, async () => {
    const { pass, fail, asked } = world();
    fail(error);
    await pass(60 * MINUTE_MS, 120);
    strictEqual(asked.length <= most && asked.length >= most / 2, true, `${asked.length}`);
  });
}

Deno.test("where a renewed key is refused the given one is tried, and nothing after that", async () => {
  const { pass, renewing, hub } = world();
  await pass(18 * DAY_MS, 300);
  strictEqual(await renewing.refused("ws://hub.example/ws"), true);
  strictEqual(renewing.key(), "key 0");
  renewing.watch(hub);
  strictEqual(await renewing.refused("ws://hub.example/ws"), false);
});

Deno.test("closing waits for whoever keeps a key, and not for ever", async () => {
  for (const isKept of [true, false]) {
    let done = () => {}, closed = false;
    const kept = new Promise<void>((resolve) => done = resolve);
    const { pass, renewing } = world({ keep: () => kept, ttlMs: 1_000 });
    await pass(1_000, 10);
    const closing = renewing.close().then(() => closed = true);
    await pass(1);
    strictEqual(closed, false);
    if (isKept) done();
    await pass(isKept ? 1 : MINUTE_MS);
    strictEqual(closed, true);
    await closing;
    done();
  }
});
