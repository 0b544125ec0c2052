import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSocketTransport } from "./socket_transport.ts";

const KIB = 1024;

/** A socket whose peer takes nothing until it is told to, and how often it was asked what it has. */
function lazySocket() {
  const seen = { bytes: 0, asked: 0 };
  return {
    seen,
    send(data: unknown) {
      seen.bytes += data instanceof Uint8Array ? data.byteLength : String(data).length;
    },
    get bufferedAmount() {
      seen.asked += 1;
      return seen.bytes;
    },
  };
}

for (const chars of [1, 100, 16 * KIB, 300 * KIB]) {
  Deno.test(`frames of ${chars} characters wait for a socket that has more than 256 KiB and a little`, async () => {
    const socket = lazySocket(), transport = createSocketTransport(socket);
    const frame = "x".repeat(chars);
    let full: Promise<void> | undefined;
    while (full === undefined) full = transport.send(frame);
    ok(socket.seen.bytes > 256 * KIB && socket.seen.bytes <= 272 * KIB + chars);
    // Each frame waits from now on, until the socket has sent what it has.
    strictEqual(transport.send("x"), full);
    socket.seen.bytes = 0;
    await full;
    strictEqual(transport.send("x"), undefined);
    transport.close();
  });
}

Deno.test("a socket is not asked what it has for each small frame", () => {
  const socket = lazySocket(), transport = createSocketTransport(socket);
  for (let sent = 0; sent < 160; sent++) transport.send("x".repeat(KIB));
  strictEqual(socket.seen.asked, 10);
  transport.close();
});

Deno.test("closing lets those go on who wait for a full socket", async () => {
  const socket = lazySocket(), transport = createSocketTransport(socket);
  const full = transport.send("x".repeat(300 * KIB));
  ok(full !== undefined);
  transport.close();
  deepStrictEqual(await full, undefined);
});
