import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CAN_REARM_SELDOM, rearmSeldom } from "./seldom_rearmed.ts";

/** A function that counts its calls, in place of the timer of a socket. */
function countingSocket() {
  const [symbol] = Object.getOwnPropertySymbols(WebSocket.prototype)
    .filter(({ description }) => description?.includes("IdleTimeout"));
  ok(symbol !== undefined);
  let count = 0;
  const socket: WebSocket = Object.create(WebSocket.prototype, {
    [symbol]: { value: () => void count++, configurable: true },
  });
  const hear = () => Reflect.apply(Reflect.get(socket, symbol), socket, []);
  return { socket, hear, count: () => count };
}

Deno.test("this version of Deno has the timer that is spared", () => {
  ok(CAN_REARM_SELDOM);
});

for (
  const { idleTimeoutS, everyMs } of [{ idleTimeoutS: 40, everyMs: 1_000 }, {
    idleTimeoutS: 1,
    everyMs: 50,
  }]
) {
  Deno.test(`an idle timer of ${idleTimeoutS} s is set once in ${everyMs} ms`, () => {
    const { socket, hear, count } = countingSocket();
    let at = 0;
    rearmSeldom(socket, { idleTimeoutS, now: () => at });
    hear();
    strictEqual(count(), 1);
    at = everyMs - 1;
    hear();
    strictEqual(count(), 1);
    at = everyMs;
    hear();
    hear();
    strictEqual(count(), 2);
  });
}

Deno.test("after a silence that a ping has ended each message sets the idle timer, and later few again", () => {
  const { socket, hear, count } = countingSocket();
  let at = 0;
  rearmSeldom(socket, { idleTimeoutS: 40, now: () => at });
  const heard = (ms: number) => {
    at = ms;
    hear();
    return count();
  };
  deepStrictEqual([heard(0), heard(1), heard(10_000), heard(10_001)], [1, 1, 2, 2]);
  // The ping has left between two messages, and the answer comes right after the second one.
  deepStrictEqual([heard(30_000), heard(30_001), heard(30_002)], [3, 4, 5]);
  for (let ms = 40_000; ms < 50_000; ms += 1_000) heard(ms);
  deepStrictEqual([heard(50_000), heard(50_001)], [16, 16]);
});
