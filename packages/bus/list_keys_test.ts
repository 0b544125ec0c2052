import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { openTestBus, startServer, until } from "./_testing.ts";
import { openKeyLister } from "./list_keys.ts";
import { openBucket } from "./streams.ts";

Deno.test("keys() are those of a bucket that have a value, however many there are", async () => {
  await using bus = await openTestBus({ streams: true });
  const lister = openKeyLister(bus, "ACTIVE");
  const list = () => Array.fromAsync(lister.keys());
  deepStrictEqual(await list(), []);
  const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "ACTIVE" });
  const names = Array.from({ length: 600 }, (_, at) => `kind.a=2E${at}`);
  await Promise.all(names.map((name) => bucket.put(name, "x")));
  await bucket.put("kind.a=2E3", "again");
  await bucket.delete("kind.a=2E4");
  await bucket.purge("kind.a=2E5");
  const expected = names.filter((name) => name !== "kind.a=2E4" && name !== "kind.a=2E5");
  deepStrictEqual((await list()).sort(), expected.sort());
});

Deno.test("entries() tell what stands at each key, or at one, and by which revision it may be replaced", async () => {
  await using bus = await openTestBus({ streams: true });
  const lister = openKeyLister(bus, "WAITING");
  const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "WAITING" });
  await bucket.put("kind.a", "before");
  const [b, a] = [await bucket.put("kind.b", "other"), await bucket.put("kind.a", "last")];
  await bucket.put("kind.c", "gone");
  await bucket.delete("kind.c");
  const list = async (key?: string) =>
    (await Array.fromAsync(lister.entries(key)))
      .map(({ key, value, revision }) => [key, new TextDecoder().decode(value), revision]);
  deepStrictEqual(await list(), [["kind.b", "other", b], ["kind.a", "last", a]]);
  deepStrictEqual(await list("kind.b"), [["kind.b", "other", b]]);
  for (const key of ["kind.c", "kind.d"]) deepStrictEqual(await list(key), []);
});

Deno.test("keys() fail at once, to be listed again, when the connection is lost meanwhile", async () => {
  await using server = await startServer();
  await using bus = await openTestBus({ servers: server.url, streams: true, reconnectWaitMs: 20 });
  const lister = openKeyLister(bus, "ACTIVE");
  const list = () => Array.fromAsync(lister.keys());
  server.pause();
  const listing = rejects(list(), { name: "BusError", retryable: true });
  const startedAt = performance.now();
  await server.kill();
  await listing;
  ok(performance.now() - startedAt < 4_500, "not at the end of a timeout");
  await rejects(list(), { code: "DISCONNECTED", retryable: true });
  await server.restart();
  await until(() => bus.status === "connected");
  deepStrictEqual(await list(), []);
});
