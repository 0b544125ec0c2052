import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { CallError, ImportError } from "@alkdev/operations";
import { until } from "../../tests/harness/until.ts";
import type { ConnectedPeer } from "../ports.ts";
import { connect, listening, testDispatcher } from "./_listening_testing.ts";
import { SUBPROTOCOL } from "./upgrade.ts";

const asHttp = (url: string) => url.replace(/^ws/, "http");

/** Asks for an upgrade as a program without a WebSocket library would, and reads the refusal. */
async function refusalOf(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port, pathname, search } = new URL(asHttp(url));
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [`GET ${pathname}${search} HTTP/1.1`, `Host: ${hostname}`, "Connection: Upgrade"];
  const all = { Upgrade: "websocket", "Sec-WebSocket-Version": "13", ...headers };
  for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`);
  lines.push("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "");
  await connection.write(new TextEncoder().encode(lines.join("\r\n")));
  const buffer = new Uint8Array(4096);
  const text = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  const [head = "", body = ""] = text.split("\r\n\r\n");
  return { status: Number(head.slice(9, 12)), head, body };
}

const ANN = { Authorization: "Bearer token-of-ann" };

for (
  const [what, headers, status] of [
    ["without a credential", {}, 401],
    ["with a token that stands for nobody", { Authorization: "Bearer nobody" }, 401],
    ["with a token of 5 KiB", { Authorization: `Bearer ${"x".repeat(5000)}` }, 401],
    ["from a page of an unknown origin", { ...ANN, Origin: "https://evil.example" }, 403],
    ["offering unknown sub-protocols only", { ...ANN, "Sec-WebSocket-Protocol": "mqtt" }, 400],
    ["that is no upgrade", { ...ANN, Upgrade: "h2c" }, 426],
  ] as const
) {
  Deno.test(`gateway.md 5.1: a request ${what} is refused with ${status}`, async () => {
    await using hub = listening({ allowedOrigins: ["https://good.example"] });
    const refusal = await refusalOf(hub.url, headers);
    strictEqual(refusal.status, status);
    strictEqual(/^www-authenticate: Bearer/im.test(refusal.head), status === 401);
    strictEqual(typeof JSON.parse(refusal.body).code, "string");
    strictEqual(hub.bridge.size, 0);
  });
}

Deno.test("a token in the address is no credential, a ticket is, once", async () => {
  await using hub = listening();
  strictEqual((await refusalOf(`${hub.url}?token=token-of-ann`, {})).status, 401);
  strictEqual((await refusalOf(`${hub.url}?ticket=once`, {})).status, 101);
  strictEqual((await refusalOf(`${hub.url}?ticket=once`, {})).status, 401);
});

for (const protocols of [[], [SUBPROTOCOL], ["mqtt", SUBPROTOCOL]]) {
  Deno.test(`a client that offers [${protocols}] is served`, async () => {
    await using hub = listening();
    await using client = await connect(hub.url, { protocols });
    strictEqual(client.socket.protocol, protocols.includes(SUBPROTOCOL) ? SUBPROTOCOL : "");
    strictEqual(await client.session.call("/test/whoami", {}), "ann");
  });
}

for (const speaks of ["text", "binary"] as const) {
  Deno.test(`a client that speaks ${speaks} is answered in ${speaks}`, async () => {
    await using hub = listening();
    await using client = await connect(hub.url, { speaks });
    const kind = new Promise((resolve) =>
      client.socket.addEventListener("message", ({ data }) => resolve(typeof data))
    );
    strictEqual(await client.session.call("/test/whoami", {}), "ann");
    strictEqual(await kind, speaks === "text" ? "string" : "object");
  });
}

Deno.test("a frame that is no envelope closes the connection with 1002", async () => {
  await using hub = listening();
  await using client = await connect(hub.url);
  client.socket.send("{");
  strictEqual((await client.closed).code, 1002);
  await until(() => hub.bridge.size === 0, { what: "the connection to be forgotten" });
});

Deno.test("a frame above the limit closes the connection with 1009", async () => {
  await using hub = listening({ limits: { frameBytes: 1000 } });
  await using client = await connect(hub.url);
  client.socket.send("x".repeat(1001));
  strictEqual((await client.closed).code, 1009);
});

Deno.test("a client that goes away aborts what it asked for", async () => {
  let aborted = 0;
  await using hub = listening({ dispatcher: testDispatcher(() => void aborted++) });
  const client = await connect(hub.url);
  const waiting = rejects(client.session.call("/test/wait", {}), { code: "EXECUTION_ERROR" });
  await client.session.call("/test/whoami", {});
  await client[Symbol.asyncDispose]();
  await waiting;
  await until(() => aborted === 1, { what: "the handler to be aborted" });
});

Deno.test("a waiting call keeps no other one waiting", async () => {
  await using hub = listening();
  await using client = await connect(hub.url);
  const waiting = rejects(client.session.call("/test/wait", {}), { code: "EXECUTION_ERROR" });
  strictEqual(await client.session.call("/test/whoami", {}), "ann");
  client.socket.close();
  await waiting;
});

Deno.test("connections of one identity are bounded, and those of others are not touched", async () => {
  await using hub = listening({ maxConnections: { node: 1, client: 1 } });
  await using first = await connect(hub.url);
  strictEqual((await refusalOf(hub.url, ANN)).status, 429);
  await using other = await connect(hub.url, { token: "token-of-bob" });
  strictEqual(await other.session.call("/test/whoami", {}), "bob");
  first.socket.close();
  await first.closed;
  await until(() => hub.bridge.size === 1, { what: "the first connection to be forgotten" });
  await using again = await connect(hub.url);
  strictEqual(await again.session.call("/test/whoami", {}), "ann");
});

for (const [token, most] of [["token-of-dev1", 2], ["token-of-ann", 10]] as const) {
  Deno.test(`peers-and-auth.md 12: whoever holds ${token} has ${most} connections at most`, async () => {
    await using hub = listening();
    await using stack = new AsyncDisposableStack();
    for (let i = 0; i < most; i++) stack.use(await connect(hub.url, { token }));
    strictEqual(hub.bridge.size, most);
    const refusal = await refusalOf(hub.url, { Authorization: `Bearer ${token}` });
    strictEqual(refusal.status, 429);
    match(refusal.head, /^retry-after: [1-9]/im);
    const { code, retryable } = JSON.parse(refusal.body);
    deepStrictEqual([code, retryable], ["RATE_LIMITED", true]);
  });
}

Deno.test("call-protocol.md 17: a node that goes is found no more before what waits for it fails", async () => {
  const attached = Promise.withResolvers<ConnectedPeer>(), waiting: number[] = [];
  await using hub = listening({
    peers: {
      attach(peer) {
        attached.resolve(peer);
        return Promise.resolve(() => void waiting.push(peer.session.outboundCount));
      },
    },
  });
  await using node = await connect(hub.url, { token: "token-of-dev1" });
  // A node that has been asked something, and does not answer.
  node.socket.onmessage = null;
  const call = rejects((await attached.promise).session.call("/own/op", {}), {
    ...{ code: "EXECUTION_ERROR", message: "connection closed", retryable: false },
    details: { reason: "connection_closed" },
  });
  node.socket.close();
  await call;
  deepStrictEqual(waiting, [1]);
});

for (const [gone, code] of [["credential", 4401], ["identity", 4403]] as const) {
  Deno.test(`a ${gone} that is gone closes its connections with ${code}, and no others`, async () => {
    await using hub = listening();
    await using ann = await connect(hub.url);
    await using bob = await connect(hub.url, { token: "token-of-bob" });
    hub.change("ann", () => ({ gone }));
    strictEqual((await ann.closed).code, code);
    strictEqual(await bob.session.call("/test/whoami", {}), "bob");
  });
}

Deno.test("rights that have changed close a connection, a change of nothing does not", async () => {
  await using hub = listening();
  await using ann = await connect(hub.url);
  hub.change("ann", (caller) => ({ caller: { ...caller } }));
  strictEqual(await ann.session.call("/test/whoami", {}), "ann");
  hub.change("ann", (caller) => ({ caller: { ...caller, identity: { id: "ann", scopes: [] } } }));
  strictEqual((await ann.closed).code, 4401);
});

Deno.test("a credential that expires closes its connection in time", async () => {
  const expiring = (token: string) => ({
    identity: { id: token, scopes: [] },
    ...{ role: "client", credential: token, notAfterMs: Date.now() + 100 } as const,
  });
  await using hub = listening({
    admission: {
      resolve: expiring,
      redeemTicket: () => Promise.resolve(null),
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
  });
  await using client = await connect(hub.url, { token: "short" });
  strictEqual((await client.closed).code, 4401);
});

for (const [code, status] of [["RATE_LIMITED", 429], ["UNAVAILABLE", 503]] as const) {
  Deno.test(`somebody who cannot be looked up (${code}) is told to come again with ${status}`, async () => {
    await using hub = listening({
      admission: {
        resolve: () => Promise.reject(new CallError(code, "later")),
        redeemTicket: () => Promise.resolve(null),
        renew: (caller) => Promise.resolve({ caller }),
        onChange: () => () => {},
      },
    });
    const refusal = await refusalOf(hub.url, ANN);
    strictEqual(refusal.status, status);
    match(refusal.head, /^retry-after: [1-9]/im);
  });
}

Deno.test("a node is attached under its name as long as it is connected, a client never", async () => {
  await using hub = listening();
  await using client = await connect(hub.url);
  await using node = await connect(hub.url, {
    token: "token-of-dev1",
    dispatcher: testDispatcher(),
  });
  const peer = await until(() => hub.attached.get("dev1"), { what: "dev1 to be attached" });
  deepStrictEqual([...hub.attached.keys()], ["dev1"]);
  await rejects(peer.session.call("/test/whoami", {}), { code: "ACCESS_DENIED" });
  strictEqual(await client.session.call("/test/whoami", {}), "ann");
  node.socket.close();
  await until(() => hub.attached.size === 0, { what: "dev1 to be detached" });
});

Deno.test("the requests of a node wait until it is attached", async () => {
  const attaching = Promise.withResolvers<(code: number) => void>();
  await using hub = listening({ peers: { attach: () => attaching.promise } });
  await using node = await connect(hub.url, { token: "token-of-dev1" });
  let answered = false;
  const answer = node.session.call("/test/whoami", {}).then((id) => {
    answered = true;
    return id;
  });
  await using client = await connect(hub.url);
  await client.session.call("/test/whoami", {});
  ok(!answered, "nothing is answered before");
  attaching.resolve(() => {});
  strictEqual(await answer, "dev1");
});

Deno.test("a node whose operations cannot be taken is closed with 4403 and told why", async () => {
  const error = new ImportError("SamePeerCollision", "Cannot import: fs/read stands twice");
  const peers = { attach: () => Promise.reject(error) };
  await using hub = listening({ peers });
  await using node = await connect(hub.url, { token: "token-of-dev1" });
  const { code, reason } = await node.closed;
  strictEqual(code, 4403);
  strictEqual(reason, "Cannot import: fs/read stands twice");
});

Deno.test("a node that cannot be attached for a reason of the hub's is closed with 1013", async () => {
  const peers = { attach: () => Promise.reject(new Error("no connection to NATS")) };
  await using hub = listening({ peers });
  await using node = await connect(hub.url, { token: "token-of-dev1" });
  strictEqual((await node.closed).code, 1013);
});

Deno.test("a bridge that closes refuses newcomers, waits for calls, then closes with 1001", async () => {
  const hub = listening({ drainMs: 50 });
  await using client = await connect(hub.url);
  const waiting = rejects(client.session.call("/test/wait", {}), { code: "EXECUTION_ERROR" });
  await client.session.call("/test/whoami", {});
  const closing = hub[Symbol.asyncDispose]();
  await rejects(client.session.call("/test/whoami", {}), { details: { reason: "draining" } });
  strictEqual((await client.closed).code, 1001);
  await waiting;
  await closing;
});

Deno.test("a peer that reads nothing holds up its own stream, and nobody's memory grows", async () => {
  let made = 0;
  const dispatcher = testDispatcher(undefined, () => void made++);
  await using hub = listening({ dispatcher });
  const { hostname, port } = new URL(asHttp(hub.url));
  const slow = await Deno.connect({ hostname, port: Number(port) });
  const upgrade = [
    "GET /ws HTTP/1.1",
    `Host: ${hostname}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Authorization: Bearer token-of-ann",
  ];
  await slow.write(new TextEncoder().encode(upgrade.join("\r\n") + "\r\n\r\n"));
  await slow.read(new Uint8Array(1024));
  await slow.write(maskedText(JSON.stringify({
    type: "call.requested",
    id: "1",
    payload: { operationId: "/test/fill", input: {} },
  })));
  await using client = await connect(hub.url, { token: "token-of-bob" });
  await until(() => made > 1, { what: "values for the slow one" });
  for (let i = 0; i < 200; i++) await client.session.call("/test/whoami", {});
  // The system's own buffers take some megabytes.
  ok(made < 256, `${made} values of 64 KiB were made`);
  slow.close();
  await until(() => hub.bridge.size === 1, { what: "the slow one to be forgotten" });
});

/** One masked text frame of at most 125 bytes, with a mask of zeros. */
function maskedText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  ok(bytes.length < 126);
  return Uint8Array.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes]);
}

Deno.test("a node hears something after its answer while others are waited for", async () => {
  await using hub = listening();
  await using node = await connect(hub.url, { token: "token-of-dev1" });
  await until(() => hub.attached.has("dev1"), { what: "the node is attached" });
  const heard: { type: string; id: string }[] = [];
  // Answered by hand.
  node.socket.onmessage = ({ data }) => {
    heard.push(JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data)));
  };
  const { session } = hub.attached.get("dev1") ?? {};
  const calls = [1, 2].map(() => session?.call("/own/op", {}).catch(() => {}));
  const requests = () => heard.filter(({ type }) => type === "call.requested");
  await until(() => requests().length === 2, { what: "two requests" });
  const [first, second] = requests().map(({ id }) => id);
  const answer = (id = "") =>
    node.socket.send(JSON.stringify({ type: "call.responded", id, payload: { output: 1 } }));
  answer(first);
  const isAcknowledged = () => heard.some(({ type, id }) => type === "call.credit" && id === first);
  await until(isAcknowledged, { what: "a word in return" });
  answer(second);
  await Promise.all(calls);
});
