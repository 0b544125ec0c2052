import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { openTestBus } from "./_testing.ts";
import { readKeys } from "./read_keys.ts";
import { openBucket } from "./streams.ts";

const text = (value: Uint8Array) => new TextDecoder().decode(value);

Deno.test("readKeys() reads a thousand keys, and passes over those that are not there or deleted", async () => {
  await using bus = await openTestBus({ streams: true });
  const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "SPECS" });
  const keys = Array.from({ length: 1_000 }, (_, at) => `key${at}`);
  await Promise.all(keys.map((key) => bucket.put(key, `first of ${key}`)));
  await Promise.all(keys.map((key) => bucket.put(key, `value of ${key}`)));
  await bucket.delete("key7");
  await bucket.purge("key8");
  const values = await readKeys(bus, { bucket: "SPECS", keys: [...keys, "key1000"] });
  const expected = keys.filter((key) => key !== "key7" && key !== "key8");
  deepStrictEqual([...values.keys()].sort(), expected.sort());
  for (const [key, value] of values) strictEqual(text(value), `value of ${key}`);
});

Deno.test("readKeys() reads more than the server sends at once", async () => {
  await using bus = await openTestBus({ streams: true });
  const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "SPECS" });
  const keys = Array.from({ length: 30 }, (_, at) => `key${at}`);
  const large = new Uint8Array(500 * 1024);
  await Promise.all(keys.map((key) => bucket.put(key, large)));
  const values = await readKeys(bus, { bucket: "SPECS", keys });
  strictEqual(values.size, 30);
});

Deno.test("readKeys() of no keys asks nobody, and without a connection says so", async () => {
  await using bus = await openTestBus();
  strictEqual((await readKeys(bus, { bucket: "SPECS", keys: [] })).size, 0);
  const reading = rejects(readKeys(bus, { bucket: "SPECS", keys: ["a"] }), {
    code: "DISCONNECTED",
  });
  await bus[Symbol.asyncDispose]();
  await reading;
});
