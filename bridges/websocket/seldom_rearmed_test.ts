import { ok, strictEqual } from "node:assert/strict";
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
