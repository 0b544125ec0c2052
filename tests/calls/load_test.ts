/**
 * Callers that read nothing, that say too much, and that come all at once, while others are served.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import {
  connect,
  connectClient,
  type Program,
  startRoutingNode,
} from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";
import { openFrames } from "./_frames_testing.ts";
import { clientAt, outcome, type Place, spokeAt } from "./_hubs_testing.ts";
import { memoryOf, spawnHubs } from "./_processes_testing.ts";

const MIB = 1024 * 1024;
const CHARS = 16 * 1024;
/** The flood, the hub and the others share two processors, perhaps with other tests. */
const PATIENCE_MS = 20_000;

/** A client that opens a WebSocket, asks for a stream that never ends, and reads none of it. */
async function openDeaf({ url }: Place, token: string): Promise<Disposable> {
  const { hostname, port, pathname } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    ...[`GET ${pathname} HTTP/1.1`, `Host: ${hostname}`, "Upgrade: websocket"],
    ...["Connection: Upgrade", "Sec-WebSocket-Version: 13"],
    ...["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", `Authorization: Bearer ${token}`],
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n") + "\r\n\r\n"));
  await connection.read(new Uint8Array(1024));
  const payload = { operationId: "/dev1/test/fill", input: { chars: CHARS } };
  const frame = new TextEncoder().encode(
    JSON.stringify({ type: "call.requested", id: "1", payload }),
  );
  ok(frame.length < 126);
  // A masked text frame, with a mask of zeros.
  await connection.write(Uint8Array.of(0x81, 0x80 | frame.length, 0, 0, 0, 0, ...frame));
  return { [Symbol.dispose]: () => connection.close() };
}

/** Waits until a spoke makes nothing any more, and gives what it has made. */
async function untilStill({ session }: Program): Promise<number> {
  let last = -1, still = 0;
  await until(async () => {
    const made = Number(await session.call("/dev1/test/made", {}));
    still = made === last && made > 0 ? still + 1 : 0;
    last = made;
    return still >= 30;
  }, { what: "the stream to be held up" });
  return last;
}

/** Two processes, a spoke at the second, and a client at the first. */
async function farSpoke() {
  await using stack = new AsyncDisposableStack();
  // Starved of its processor, a node is late to say that it lives: not what is looked at here.
  const hubs = stack.use(await spawnHubs(2, { silentMs: 20_000 }));
  const [first, second] = hubs.nodes;
  ok(first !== undefined && second !== undefined);
  const token = await hubs.spoke("dev1"), key = await hubs.key("spokes:call");
  stack.use(await spokeAt(second, { name: "dev1", token, hubs }));
  const client = stack.use(await clientAt(first, key));
  const parts = stack.move();
  return {
    ...{ hubs, first, key, client },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("callers that read nothing hold up their spoke through two nodes, in bounded memory", async () => {
  await using world = await farSpoke();
  const { hubs: { processes }, first, key, client } = world;
  const memory = () => Promise.all(processes.map(({ pid }) => memoryOf(pid)));
  const before = await memory();
  const deaf = [];
  for (let i = 0; i < 8; i++) deaf.push(await openDeaf(first, key));
  const made = await untilStill(client);
  const after = await memory();
  // Of eight streams: what the sockets' buffers and the window of each hop hold.
  ok(made * CHARS < 128 * MIB, `${made} values were made`);
  for (const [at, bytes] of after.entries()) {
    const grown = bytes - (before[at] ?? 0);
    // And what V8 has not collected yet.
    ok(grown < 256 * MIB, `node ${at} has grown by ${grown} bytes`);
  }
  ok(await client.session.call("/dev1/test/echo", { text: "others are served" }));
  for (const one of deaf) one[Symbol.dispose]();
});

Deno.test("a caller that takes one value lets its spoke make what the windows on the way hold, and no more", async () => {
  await using world = await farSpoke();
  const { client, key, first } = world;
  await using slow = await clientAt(first, key);
  const values = slow.session.subscribe("/dev1/test/fill", { chars: CHARS });
  await values.next();
  const made = await untilStill(client);
  // On each of three hops a window of at most 1 MiB.
  ok(made * CHARS <= 3 * MIB, `${made} values were made for one`);
  await values.return?.();
});

/** Calls one after the other; gives the slowest, in milliseconds. */
async function slowest({ session }: Program, count: number): Promise<number> {
  let slow = 0;
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    await session.call("/dev1/test/echo", { text: "x" });
    slow = Math.max(slow, performance.now() - startedAt);
  }
  return slow;
}

Deno.test("a flood of tiny requests is refused to its sender, and others are served", async () => {
  await using world = await farSpoke();
  const { hubs, first, client } = world;
  const made = await hubs.operator.call("hub/keys/create", {
    name: "flood",
    scopes: ["spokes:call"],
  });
  using flood = await openFrames(first, String(Reflect.get(Object(made), "key")));
  const payload = { operationId: "/dev1/test/echo", input: { text: "x" } };
  for (let id = 0; id < 20_000; id++) {
    flood.say(JSON.stringify({ type: "call.requested", id: String(id), payload }));
  }
  const slow = await slowest(client, 100);
  await until(() => flood.heard.length >= 20_000, { what: "every request to be answered" });
  const codes = flood.heard.map((text) => JSON.parse(text).payload.code);
  ok(codes.filter((code) => code === "RATE_LIMITED").length > 15_000);
  ok(slow < PATIENCE_MS, `another's call took ${slow} ms`);
});

Deno.test("giant frames are taken up to the limit, and close the connection above it", async () => {
  await using world = await farSpoke();
  const { first, key, client } = world;
  await using giant = await clientAt(first, key);
  const text = "x".repeat(1_000_000);
  const calls = Promise.all(Array.from({ length: 16 }, async () => {
    const answer = await giant.session.call("/dev1/test/echo", { text });
    return String(Reflect.get(Object(answer), "text")).length;
  }));
  const [slow, lengths] = await Promise.all([slowest(client, 50), calls]);
  for (const length of lengths) strictEqual(length, text.length);
  ok(slow < PATIENCE_MS, `another's call took ${slow} ms`);
  using frames = await openFrames(first, key);
  frames.say("x".repeat(1_100_000));
  strictEqual(await frames.closed, 1009);
  ok(await client.session.call("/dev1/test/echo", { text: "x" }));
});

/** How many files this process may have open. */
async function openFilesLimit(): Promise<number> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1_024);
}

Deno.test("three thousand connections that open at once are all served", async () => {
  // Both ends of each are in this process.
  const count = Math.min(3_000, Math.floor((await openFilesLimit() - 500) / 2));
  await using node = await startRoutingNode();
  await using stack = new AsyncDisposableStack();
  const startedAt = performance.now();
  const programs = await Promise.all(Array.from({ length: count }, async (_, at) => {
    return stack.use(await connect(node.url, { token: `client${at}|spokes:call` }));
  }));
  const answers = programs.map(({ session }) => outcome(session.call("/services/list", {})));
  for (const answer of await Promise.all(answers)) ok(Object(answer).operations, `${answer}`);
  ok(performance.now() - startedAt < 60_000);
  await using late = await connectClient(node);
  ok(await late.session.call("/services/list", {}));
});
