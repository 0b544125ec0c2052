import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { manualClock } from "../_manual_clock.ts";
import {
  closeSocket,
  createFrameSender,
  newSocket,
  statusOf,
  type WebSocketConstructor,
} from "./socket.ts";

/** A socket of a platform that is not there; what is asked of it is kept. */
class KeptSocket extends EventTarget {
  static readonly made: unknown[][] = [];
  readyState = 1;
  bufferedAmount = 0;
  binaryType = "";
  readonly sent: string[] = [];
  readonly closed: unknown[][] = [];
  constructor(...args: unknown[]) {
    super();
    KeptSocket.made.push(args);
  }
  send(data: string) {
    this.sent.push(data);
  }
  close(...args: unknown[]) {
    this.closed.push(args);
  }
}
const Kept: WebSocketConstructor = KeptSocket;
/** That the platform's own is one is for the compiler to say. */
const Own: WebSocketConstructor | undefined = typeof WebSocket === "undefined"
  ? undefined
  : WebSocket;

Deno.test("newSocket() takes the platform's own class, where there is one", () => {
  throws(() => newSocket(Own ?? Kept, "no address", { ticket: "t" }));
});

Deno.test("newSocket() shows a key in a header, and a ticket in the address", () => {
  newSocket(Kept, "wss://hub.example/ws", { headers: { authorization: "Bearer k" } });
  newSocket(Kept, "wss://hub.example/ws?a=1", { ticket: "t&x" });
  deepStrictEqual(KeptSocket.made, [
    ["wss://hub.example/ws", {
      ...{ headers: { authorization: "Bearer k" }, protocols: ["alknet.call.v1"] },
    }],
    ["wss://hub.example/ws?a=1&ticket=t%26x", ["alknet.call.v1"]],
  ]);
});

for (
  const [message, status] of [
    ["failed to connect to WebSocket: Invalid status code: 401", 401],
    ["Unexpected server response: 403", 403],
    ["connect ECONNREFUSED 127.0.0.1:401", undefined],
    [undefined, undefined],
  ] as const
) {
  Deno.test(`statusOf() finds ${status} in "${message}"`, () => {
    strictEqual(statusOf(message), status);
  });
}

Deno.test("closeSocket() uses codes that programs may use, and reasons that fit", () => {
  const socket = new KeptSocket();
  closeSocket(socket, 1000, "");
  closeSocket(socket, 1002, "é".repeat(200));
  closeSocket(socket, 4409, "replaced");
  deepStrictEqual(socket.closed, [[1000, ""], [4002, "?".repeat(120)], [4409, "replaced"]]);
});

Deno.test("createFrameSender() says when a full socket can take more", async () => {
  const clock = manualClock(), socket = new KeptSocket();
  const sender = createFrameSender(socket, clock);
  strictEqual(sender.send("a"), undefined);
  socket.bufferedAmount = 300 * 1024;
  const both = [sender.send("b"), sender.send("c")];
  let isThrough = false;
  const through = Promise.all(both).then(() => isThrough = true);
  clock.advance(50);
  await Promise.resolve();
  strictEqual(isThrough, false);
  socket.bufferedAmount = 1_000;
  clock.advance(5);
  await through;
  strictEqual(clock.armed, 0);
  deepStrictEqual(socket.sent, ["a", "b", "c"]);
});

Deno.test("createFrameSender() leaves nobody waiting when it stops, and sends nothing to a closed socket", async () => {
  const clock = manualClock(), socket = new KeptSocket();
  const sender = createFrameSender(socket, clock);
  socket.bufferedAmount = 300 * 1024;
  const waiting = sender.send("a");
  sender.stop();
  await waiting;
  strictEqual(clock.armed, 0);
  socket.readyState = 3;
  strictEqual(sender.send("b"), undefined);
  deepStrictEqual(socket.sent, ["a"]);
});
