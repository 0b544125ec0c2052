import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { openTestBus, randomRealm, sharedServer, startServer, until } from "./_testing.ts";
import { openBus } from "./connect.ts";
import { BusError } from "./errors.ts";

const isBusError = (code: string) => (error: unknown) =>
  error instanceof BusError && error.code === code;

Deno.test("openBus() connects, answers a ping and says what it is connected to", async () => {
  await using bus = await openTestBus();
  strictEqual(bus.status, "connected");
  strictEqual(bus.lastError, undefined);
  ok(await bus.ping() >= 0);
  ok(/^\d+\.\d+\.\d+/.test(bus.serverVersion ?? ""));
});

Deno.test("openBus() refuses an older server and says both versions", async () => {
  const opening = openBus({
    servers: sharedServer(),
    name: "test",
    realm: randomRealm(),
    minimumVersion: "999.1.2",
  });
  await rejects(opening, (error) => {
    ok(isBusError("SERVER_TOO_OLD")(error));
    return error instanceof Error && /is 2\.\d+\.\d+, at least 999\.1\.2/.test(error.message);
  });
});

Deno.test("openBus() refuses a server without JetStream and says what to do", async () => {
  await using server = await startServer({ jetStream: false });
  await rejects(
    openBus({ servers: server.url, name: "test", realm: randomRealm() }),
    (error) =>
      isBusError("JETSTREAM_DISABLED")(error) && String(error).includes("Start the server with"),
  );
});

Deno.test("openBus() says where nobody listens, and not with which password", async () => {
  await using server = await startServer();
  await server.kill();
  const servers = server.url.replace("nats://", "nats://hub:s3cret@");
  await rejects(openBus({ servers, name: "test", realm: randomRealm() }), (error) => {
    ok(isBusError("CONNECT_FAILED")(error));
    ok(String(error).includes(`127.0.0.1:${server.port}`));
    ok(!Deno.inspect(error, { depth: 20 }).includes("s3cret"));
    return true;
  });
});

Deno.test("openBus() uses the user info of an address, and the options above it", async () => {
  await using server = await startServer({
    config: `authorization { user: hub, password: "p@ss" }`,
  });
  const address = `127.0.0.1:${server.port}`;
  const common = { name: "test", realm: randomRealm() };
  const accepted = [
    { ...common, servers: `nats://hub:p%40ss@${address}` },
    { ...common, servers: address, user: "hub", password: "p@ss" },
    { ...common, servers: `nats://hub:old@${address}`, password: "p@ss" },
  ];
  for (const options of accepted) {
    await using bus = await openBus(options);
    strictEqual(bus.status, "connected");
  }
  const wrong = openBus({ ...common, servers: `nats://hub:wr0ng@${address}` });
  await rejects(wrong, (error) => {
    ok(isBusError("CONNECT_FAILED")(error));
    ok(!Deno.inspect(error, { depth: 20 }).includes("wr0ng"));
    return true;
  });
});

Deno.test("openBus() uses a token, from the address or the options", async () => {
  await using server = await startServer({ config: `authorization { token: "t0ken" }` });
  const address = `127.0.0.1:${server.port}`;
  for (
    const options of [{ servers: `nats://t0ken@${address}` }, { servers: address, token: "t0ken" }]
  ) {
    await using bus = await openBus({ ...options, name: "test", realm: randomRealm() });
    ok(await bus.ping() >= 0);
  }
});

Deno.test("openBus() gives up when its signal aborts", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  const opening = openBus({ servers: sharedServer(), name: "t", realm: randomRealm(), signal });
  await rejects(opening, /enough/);
});

Deno.test("openBus() gives up on a server that accepts and says nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const opening = openBus({
    servers: `127.0.0.1:${listener.addr.port}`,
    name: "test",
    realm: randomRealm(),
    connectTimeoutMs: 200,
  });
  await rejects(opening, isBusError("CONNECT_FAILED"));
  (await accepting).close();
});

Deno.test("a bus lives through the loss of its server and tells of each change", async () => {
  await using server = await startServer();
  const bus = await openBus({
    servers: server.url,
    name: "test",
    realm: randomRealm(),
    reconnectWaitMs: 20,
  });
  const seen: string[] = [];
  const forget = bus.onStatus((status) => seen.push(status));
  const forgotten: string[] = [];
  bus.onStatus((status) => forgotten.push(status))();
  await server.kill();
  await until(() => bus.status === "reconnecting");
  await rejects(bus.ping(), isBusError("DISCONNECTED"));
  await server.restart();
  await until(() => bus.status === "connected");
  ok(await bus.ping() >= 0);
  await bus[Symbol.asyncDispose]();
  strictEqual(bus.status, "closed");
  deepStrictEqual(seen, ["reconnecting", "connected", "closed"]);
  deepStrictEqual(forgotten, []);
  forget();
  await rejects(bus.ping(), isBusError("CLOSED"));
});

Deno.test("a bus that is disposed while disconnected closes without waiting", async () => {
  await using server = await startServer();
  const bus = await openBus({ servers: server.url, name: "test", realm: randomRealm() });
  await server.kill();
  await until(() => bus.status === "reconnecting");
  const startedAt = performance.now();
  await bus[Symbol.asyncDispose]();
  ok(performance.now() - startedAt < 4_500, "not at the end of a timeout");
  strictEqual(bus.status, "closed");
});

Deno.test("a bus leaves a server that answers no ping", async () => {
  await using server = await startServer();
  await using bus = await openBus({
    servers: server.url,
    name: "test",
    realm: randomRealm(),
    pingIntervalMs: 50,
    reconnectWaitMs: 20,
  });
  server.pause();
  try {
    // The signal takes a moment to reach it.
    await until(() => bus.ping({ timeoutMs: 30 }).then(() => false, isBusError("TIMEOUT")));
    await until(() => bus.status === "reconnecting");
  } finally {
    server.resume();
  }
  await until(() => bus.status === "connected");
});

Deno.test("disposing a bus delivers what was published before it", async () => {
  await using listener = await openTestBus();
  const bus = await openTestBus();
  const received: string[] = [];
  listener.connection.subscribe(`${bus.realm}.x`, {
    callback: (_error, message) => void received.push(message.string()),
  });
  await listener.ping();
  for (let i = 0; i < 100; i++) bus.connection.publish(`${bus.realm}.x`, String(i));
  await bus[Symbol.asyncDispose]();
  await until(() => received.length === 100);
});
