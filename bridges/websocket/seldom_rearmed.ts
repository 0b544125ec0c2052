/**
 * The idle timer of Deno's WebSockets, set anew less often.
 *
 * Deno pings a peer that has said nothing for half of the idle timeout, and closes the socket when
 * nothing comes in the other half. With each message it gives the timer back and sets another one,
 * which costs a busy node as much as reading the message does. To do so now and then is enough: a peer
 * is then asked that little bit earlier whether it is there.
 *
 * @module
 */

/** Deno's own name for the function that sets the timer. No other one leads to it. */
const REARM = Object.getOwnPropertySymbols(WebSocket.prototype)
  .find(({ description }) => description === "[[serverHandleIdleTimeout]]");

/** Whether sockets of this version of Deno can be had to do so; if not, they work as ever. */
export const CAN_REARM_SELDOM: boolean = REARM !== undefined;

/** The shortest idle timeout, as a multiple of the time between two settings of the timer. */
const SHARE = 20;
const MOST_MS = 1_000;

/** Has `socket`, which was upgraded with that idle timeout, set its timer once in a while. */
export function rearmSeldom(
  socket: WebSocket,
  { idleTimeoutS, now = () => performance.now() }: {
    readonly idleTimeoutS: number;
    readonly now?: () => number;
  },
): void {
  const rearm: unknown = REARM === undefined ? undefined : Reflect.get(socket, REARM);
  if (REARM === undefined || typeof rearm !== "function") return;
  const everyMs = Math.min(MOST_MS, idleTimeoutS * 1_000 / SHARE);
  const pingMs = idleTimeoutS * 1_000 / 2;
  let rearmedAt = now() - everyMs, eachUntil = -Infinity;
  Object.defineProperty(socket, REARM, {
    value() {
      const at = now(), passed = at - rearmedAt;
      // After such a silence a ping is out, or waits for a peer that takes nothing. The timer of its
      // answer begins when it has left, which may be after other messages: none is left out by then.
      if (passed > pingMs - everyMs) eachUntil = at + pingMs;
      if (passed < everyMs && at >= eachUntil) return;
      rearmedAt = at;
      Reflect.apply(rearm, socket, []);
    },
  });
}
