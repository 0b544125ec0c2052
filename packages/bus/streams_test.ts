import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { jetstreamManager, StorageType } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { openTestBus } from "./_testing.ts";
import { BusError } from "./errors.ts";
import { BUCKETS, STREAMS } from "./purposes.ts";
import { declareStreams, type StreamDeclaration } from "./stream_configs.ts";
import { deleteRealm, ensureStreams, openBucket } from "./streams.ts";
import { actorSubject, bucketStreamName, streamName } from "./subjects.ts";

const isBusError = (code: string) => (error: unknown) =>
  error instanceof BusError && error.code === code;

function find(declared: readonly StreamDeclaration[], name: string): StreamDeclaration {
  const one = declared.find((stream) => stream.name === name);
  if (one === undefined) throw new Error(`${name} is not declared`);
  return one;
}

Deno.test("declareStreams() declares each stream and bucket once, none with the subject of another", () => {
  const declared = declareStreams("r");
  const expected = [
    ...STREAMS.map((one) => streamName("r", one)),
    ...BUCKETS.map((one) => bucketStreamName("r", one)),
  ];
  deepStrictEqual(declared.map(({ name }) => name).sort(), expected.sort());
  const prefixes = declared.flatMap(({ subjects }) => subjects).map((one) =>
    one.replace(/[*>].*$/, "")
  );
  for (const [i, a] of prefixes.entries()) {
    ok(prefixes.every((b, j) => i === j || !b.startsWith(a)), `${a} overlaps`);
  }
});

Deno.test("ensureStreams() creates what is declared, then leaves it alone", async () => {
  await using bus = await openTestBus({ streams: true });
  const manager = await jetstreamManager(bus.connection);
  for (const declared of declareStreams(bus.realm)) {
    const { config } = await manager.streams.info(declared.name);
    const actual = new Map<string, unknown>(Object.entries(config));
    for (const [key, wanted] of Object.entries(declared)) {
      deepStrictEqual(actual.get(key), wanted, `${declared.name}.${key}`);
    }
  }
  const again = await ensureStreams(bus.connection, { realm: bus.realm });
  deepStrictEqual([again.created, again.updated], [[], []]);
  strictEqual(again.unchanged.length, STREAMS.length + BUCKETS.length);
});

Deno.test("ensureStreams() may be called by ten nodes at the same time", async () => {
  await using bus = await openTestBus();
  const nodes = await Promise.all(
    Array.from({ length: 10 }, () => openTestBus({ realm: bus.realm })),
  );
  try {
    await Promise.all(nodes.map(({ connection, realm }) => ensureStreams(connection, { realm })));
    const again = await ensureStreams(bus.connection, { realm: bus.realm });
    strictEqual(again.unchanged.length, STREAMS.length + BUCKETS.length);
  } finally {
    await deleteRealm(bus.connection, bus.realm);
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  }
});

Deno.test("ensureStreams() called at once with different limits leaves one of them, complete", async () => {
  await using bus = await openTestBus();
  const ages = [60_000, 120_000, 180_000];
  try {
    await Promise.all(
      ages.map((chunksAgeMs) =>
        ensureStreams(bus.connection, { realm: bus.realm, limits: { chunksAgeMs } })
      ),
    );
    const manager = await jetstreamManager(bus.connection);
    const { config } = await manager.streams.info(streamName(bus.realm, "CHUNKS"));
    ok(ages.some((age) => nanos(age) === config.max_age));
    ok(config.allow_direct);
  } finally {
    await deleteRealm(bus.connection, bus.realm);
  }
});

Deno.test("ensureStreams() brings a differing stream up to date and keeps what is in it", async () => {
  await using bus = await openTestBus({ streams: true });
  const { realm, connection, requests } = bus;
  await requests.publish(actorSubject(realm, { kind: "k", id: "i" }), "kept");
  const manager = await jetstreamManager(connection);
  const name = streamName(realm, "EVENTS");
  await manager.streams.update(name, { max_msg_size: 10, allow_direct: false });
  const { updated } = await ensureStreams(connection, { realm });
  deepStrictEqual(updated, [name]);
  const { config, state } = await manager.streams.info(name);
  strictEqual(config.max_msg_size, find(declareStreams(realm), name).max_msg_size);
  strictEqual(config.allow_direct, true);
  strictEqual(state.messages, 1);
});

Deno.test("ensureStreams() keeps what an operator added to a stream", async () => {
  await using bus = await openTestBus({ streams: true });
  const manager = await jetstreamManager(bus.connection);
  const name = streamName(bus.realm, "CALLS");
  await manager.streams.update(name, { description: "ours", max_msg_size: 10 });
  await ensureStreams(bus.connection, { realm: bus.realm });
  strictEqual((await manager.streams.info(name)).config.description, "ours");
});

Deno.test("ensureStreams() refuses a stream of the other storage and says what to do", async () => {
  await using bus = await openTestBus();
  const { realm, connection } = bus;
  const manager = await jetstreamManager(connection);
  const name = streamName(realm, "EVENTS");
  const declared = find(declareStreams(realm), name);
  await manager.streams.add({ ...declared, storage: StorageType.Memory });
  try {
    await rejects(ensureStreams(connection, { realm }), (error) => {
      ok(isBusError("STREAM_MISMATCH")(error));
      return String(error).includes(`${name}: storage is memory and has to be file`);
    });
    strictEqual((await manager.streams.info(name)).config.storage, StorageType.Memory);
  } finally {
    await deleteRealm(connection, realm);
  }
});

Deno.test("ensureStreams() says how many servers the replicas need", async () => {
  await using bus = await openTestBus();
  const ensuring = ensureStreams(bus.connection, { realm: bus.realm, replicas: 3 });
  await rejects(ensuring, (error) => {
    ok(isBusError("STREAM_REFUSED")(error));
    return String(error).includes("3 replicas need as many servers");
  });
  await deleteRealm(bus.connection, bus.realm);
});

Deno.test("ensureStreams() says that the server has not the memory", async () => {
  await using bus = await openTestBus();
  const limits = { chunksBytes: 2 ** 50 };
  await rejects(ensureStreams(bus.connection, { realm: bus.realm, limits }), (error) => {
    ok(isBusError("STREAM_REFUSED")(error));
    return String(error).includes("or lower the limits");
  });
  await deleteRealm(bus.connection, bus.realm);
});

Deno.test("ensureStreams() stops when its signal aborts", async () => {
  await using bus = await openTestBus();
  const signal = AbortSignal.abort(new Error("enough"));
  await rejects(ensureStreams(bus.connection, { realm: bus.realm, signal }), /enough/);
});

Deno.test("deleteRealm() deletes its realm, nothing of another, and may be called again", async () => {
  await using keep = await openTestBus({ streams: true });
  await using gone = await openTestBus({ streams: true });
  await deleteRealm(gone.connection, gone.realm);
  await deleteRealm(gone.connection, gone.realm);
  const manager = await jetstreamManager(keep.connection);
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  strictEqual(names.filter((name) => name.includes(gone.realm)).length, 0);
  strictEqual(
    names.filter((name) => name.includes(keep.realm)).length,
    STREAMS.length + BUCKETS.length,
  );
});

Deno.test("openBucket() opens a bucket whose keys expire and leave a marker", async () => {
  await using bus = await openTestBus({ streams: true });
  const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "SPOKES" });
  await bucket.create("a", "1", "1s");
  strictEqual((await bucket.get("a"))?.string(), "1");
  for await (const entry of await bucket.watch({ key: "a" })) {
    if (entry.operation === "PURGE") break;
  }
  strictEqual((await bucket.get("a"))?.operation, "PURGE");
});
