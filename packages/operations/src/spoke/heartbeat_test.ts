import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { manualClock } from "../_manual_clock.ts";
import { startHeartbeat } from "./heartbeat.ts";

function listening() {
  const clock = manualClock();
  const told: string[] = [];
  const heartbeat = startHeartbeat({
    ...{ clock, idleMs: 20_000 },
    probe: () => told.push("asked"),
    onDead: () => told.push("dead"),
  });
  return { clock, told, heartbeat };
}

Deno.test("startHeartbeat() asks after a silence, and gives up after as much again", () => {
  const { clock, told } = listening();
  clock.advance(19_999);
  deepStrictEqual(told, []);
  clock.advance(1);
  deepStrictEqual(told, ["asked"]);
  clock.advance(20_000);
  deepStrictEqual(told, ["asked", "dead"]);
  clock.advance(100_000);
  deepStrictEqual(told, ["asked", "dead"]);
});

Deno.test("startHeartbeat() asks nobody who speaks", () => {
  const { clock, told, heartbeat } = listening();
  for (let at = 0; at < 50; at++) {
    heartbeat.heard();
    clock.advance(10_000);
  }
  deepStrictEqual(told, []);
});

Deno.test("startHeartbeat() takes any answer for a sign of life", () => {
  const { clock, told, heartbeat } = listening();
  clock.advance(20_000);
  heartbeat.heard();
  clock.advance(20_000);
  deepStrictEqual(told, ["asked"]);
  clock.advance(40_000);
  deepStrictEqual(told, ["asked", "asked", "dead"]);
});

Deno.test("startHeartbeat() leaves no timer behind", () => {
  const { clock, heartbeat } = listening();
  heartbeat.stop();
  strictEqual(clock.armed, 0);
});
