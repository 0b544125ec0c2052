import { ok, rejects, strictEqual } from "node:assert/strict";
import { deferred } from "./_deferred.ts";
import { dispatching, OPEN, who } from "./_dispatch.ts";
import { manualClock } from "./_manual_clock.ts";
import { operation } from "./_operations.ts";
import { monotonicClock, systemClock, wallTimeOf } from "./clock.ts";

const HOUR_MS = 3_600_000;

/** Runs something while the time of day is set back, or forth, by so much. */
async function daySetBy(ms: number, act: () => void | Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + ms;
  try {
    await act();
  } finally {
    Date.now = now;
  }
}

for (const ms of [-HOUR_MS, HOUR_MS]) {
  Deno.test(`monotonicClock goes on when the time of day is set by ${ms} ms, and knows of it`, async () => {
    const before = monotonicClock.now(), told = Date.now();
    await daySetBy(ms, () => {
      const passed = monotonicClock.now() - before;
      ok(passed >= 0 && passed < HOUR_MS, `${passed}`);
      const moved = wallTimeOf(monotonicClock, before) - told;
      ok(Math.abs(moved - ms) < HOUR_MS / 2, `${moved}`);
    });
  });
}

Deno.test("wallTimeOf() takes a clock that says nothing of it for one of the epoch", () => {
  strictEqual(wallTimeOf(systemClock, 5), 5);
  strictEqual(wallTimeOf(manualClock(), 7), 7);
});

Deno.test("a deadline comes in time although the time of day is set back, and handlers hear it by that", async () => {
  const called = deferred<number>();
  const dispatcher = dispatching([[
    operation("a.wait", (_input, { deadline, signal }) => {
      called.resolve((deadline ?? 0) - Date.now());
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    }),
    OPEN,
  ]], { clock: monotonicClock });
  await daySetBy(HOUR_MS, async () => {
    const call = dispatcher.call({
      ...{ operation: "/a/wait", input: {}, identity: who(), timeoutMs: 100 },
    });
    const left = await called.promise;
    ok(left > -HOUR_MS / 2 && left <= 100, `${left}`);
    await daySetBy(-2 * HOUR_MS, () => rejects(call, { code: "TIMEOUT" }));
  });
});
