import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { monotonicClock, systemClock } from "../clock.ts";
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

Deno.test("linkOptions() knows where a hub takes sockets that says its address alone", () => {
  deepStrictEqual(urlsOf(["http://127.0.0.1:4200", "https://hub.example/", "https://a/hub/ws"]), [
    ...["ws://127.0.0.1:4200/ws", "wss://hub.example/ws", "wss://a/hub/ws"],
  ]);
});

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

Deno.test("linkOptions() keeps time by what passes, and not by the time of day", () => {
  const credential = () => ({ ticket: "t" });
  strictEqual(linkOptions({ url: "ws://a/", WebSocket }, credential).clock, monotonicClock);
  strictEqual(
    linkOptions({ url: "ws://a/", WebSocket, clock: systemClock }, credential).clock,
    systemClock,
  );
});
