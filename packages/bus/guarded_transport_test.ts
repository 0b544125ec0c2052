import { doesNotThrow, ok, rejects, strictEqual } from "node:assert/strict";
import { freePort, sharedServer } from "./_testing.ts";
import { GuardedTransport } from "./guarded_transport.ts";
import { parseServers } from "./server_address.ts";

// In the wild it is a race: the system reports a reset after the socket was destroyed, about once in
// three hundred refused passwords, and an error nobody listens to ends the process.
const late = () => new Error("read ECONNRESET");

async function open(): Promise<GuardedTransport> {
  const [host = ""] = parseServers(sharedServer()).hosts;
  const [hostname = "", port] = host.split(":");
  const transport = new GuardedTransport();
  await transport.connect({ hostname, port: Number(port), tlsName: "" }, {});
  return transport;
}

async function readAll(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(64);
  let text = "";
  for (let length: number | null = 0; length !== null; length = await connection.read(bytes)) {
    text += new TextDecoder().decode(bytes.subarray(0, length));
  }
  return text;
}

const endings: Record<string, (transport: GuardedTransport) => Promise<unknown>> = {
  "close": (transport) => transport.close(),
  "close with an error": (transport) => transport.close(new Error("refused")),
  "disconnect": (transport) => (transport.disconnect(), transport.closed()),
  "discard": (transport) => Promise.resolve(transport.discard()),
};
for (const [how, end] of Object.entries(endings)) {
  Deno.test(`an error that a socket reports after ${how} is nobody's concern`, async () => {
    const transport = await open();
    const { socket } = transport;
    await end(transport);
    ok(socket.destroyed);
    doesNotThrow(() => socket.emit("error", late()));
  });
}

Deno.test("an error that a socket reports after a failed connect is nobody's concern", async () => {
  const transport = new GuardedTransport();
  const to = { hostname: "127.0.0.1", port: freePort(), tlsName: "" };
  await rejects(transport.connect(to, {}), /refused/);
  doesNotThrow(() => transport.socket?.emit("error", late()));
});

Deno.test("an error that a socket reports after a foreign greeting is nobody's concern", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greeting = (async () => {
    const connection = await listener.accept();
    await connection.write(new TextEncoder().encode("HELLO\r\n"));
    return connection;
  })();
  const transport = new GuardedTransport();
  const { port } = listener.addr;
  await rejects(transport.connect({ hostname: "127.0.0.1", port, tlsName: "" }, {}), /unexpected/);
  doesNotThrow(() => transport.socket.emit("error", late()));
  (await greeting).close();
});

for (const how of ["close", "disconnect"]) {
  Deno.test(`what was sent in the turn of ${how} is sent`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = listener.accept();
    const transport = new GuardedTransport();
    const { hostname, port } = listener.addr;
    const opened = transport.connect({ hostname, port, tlsName: "" }, {});
    using peer = await accepted;
    await peer.write(new TextEncoder().encode("INFO {}\r\n"));
    await opened;
    for (const text of ["a", "b", "c"]) transport.send(new TextEncoder().encode(text));
    await endings[how]?.(transport);
    strictEqual(await readAll(peer), "abc");
  });
}
