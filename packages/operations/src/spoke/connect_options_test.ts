import { deepStrictEqual, throws } from "node:assert/strict";
import { linkOptions } from "./connect_options.ts";
import type { WebSocketConstructor } from "./socket.ts";

class NoSocket extends EventTarget {
  readonly readyState = 3;
  readonly bufferedAmount = 0;
  binaryType = "";
  send() {}
  close() {}
}
const WebSocket: WebSocketConstructor = NoSocket;
const urlsOf = (url: string | readonly string[]) =>
  linkOptions({ url, WebSocket }, () => ({ headers: {} })).urls;

Deno.test("linkOptions() takes addresses of pages for those of sockets", () => {
  deepStrictEqual(urlsOf(["https://hub.example/ws", "http://a:1/ws", "wss://b/ws", "ws://c/"]), [
    ...["wss://hub.example/ws", "ws://a:1/ws", "wss://b/ws", "ws://c/"],
  ]);
});

for (const url of ["", "hub.example", "ftp://hub.example/ws", "/ws", []]) {
  Deno.test(`linkOptions() refuses the address ${JSON.stringify(url)}`, () => {
    throws(() => urlsOf(url), TypeError);
  });
}
