import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { drive } from "./_load.ts";
import { inRounds, median, roundsOf, type Way } from "./_rounds.ts";

const outcome = (perSecond: number) => (
  { calls: 1, perSecond, p50Ms: 1 / perSecond, p99Ms: 2 / perSecond }
);
const load = { callers: 1, ms: 1 };

Deno.test("inRounds() takes turns, and begins each round with another way", async () => {
  const turns: string[] = [];
  const way = (name: string): Way => ({
    name,
    run: () => {
      turns.push(name);
      return Promise.resolve(outcome(1));
    },
  });
  await inRounds([way("a"), way("b"), way("c")], { rounds: 3, ...load });
  strictEqual(turns.join(""), "abcbcacab");
});

Deno.test("inRounds() gives each way's medians, in the order of the ways", async () => {
  const rates = { slow: [3, 1, 2], fast: [10, 30, 20] };
  const ways = Object.entries(rates).map(([name, left]): Way => ({
    name,
    run: () => Promise.resolve(outcome(left.shift() ?? 0)),
  }));
  const all = { calls: 3, processorMs: undefined };
  const expected = [{ ...outcome(2), ...all }, { ...outcome(20), ...all }];
  deepStrictEqual(await inRounds(ways, { rounds: 3, ...load }), expected);
});

Deno.test("inRounds() fails with a way that fails", async () => {
  const broken: Way = { name: "broken", run: () => Promise.reject(new Error("broken")) };
  await rejects(() => inRounds([broken], { rounds: 1, ...load }), /broken/);
});

Deno.test("drive() has each caller wait for its own call, and counts all of them", async () => {
  const running = new Set<number>();
  let calls = 0, most = 0;
  const { perSecond, p50Ms, p99Ms } = await drive(async (caller) => {
    ok(!running.has(caller));
    running.add(caller);
    most = Math.max(most, running.size);
    await Promise.resolve();
    running.delete(caller);
    calls++;
  }, { callers: 4, ms: 20 });
  strictEqual(most, 4);
  ok(calls >= 4 && perSecond > calls && p50Ms <= p99Ms);
});

Deno.test("median() is the one in the middle, and roundsOf() reads arguments", () => {
  strictEqual(median([5, 1, 3]), 3);
  deepStrictEqual(roundsOf(["--rounds", "2"]), { rounds: 2, ms: 1_000 });
  deepStrictEqual(roundsOf(["--ms", "50"]), { rounds: 5, ms: 50 });
});
