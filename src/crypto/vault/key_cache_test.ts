import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Bytes } from "../bytes.ts";
import { createKeyCache } from "./key_cache.ts";

function setUp(maxEntries = 2) {
  const clock = { ms: 0 };
  const cache = createKeyCache({ ttlMs: 100, maxEntries, now: () => clock.ms });
  return { clock, cache };
}
const key = (byte: number): Bytes => new Uint8Array(4).fill(byte);
const ZEROS = new Uint8Array(4);

Deno.test("a cached key is given out until its time is over, counted from insertion", () => {
  const { clock, cache } = setUp();
  const one = key(1);
  cache.set("a", one);
  clock.ms = 99;
  strictEqual(cache.get("a"), one);
  clock.ms = 100;
  strictEqual(cache.get("a"), undefined);
  deepStrictEqual(one, ZEROS);
});

Deno.test("evictExpired() overwrites what is too old and nothing else", () => {
  const { clock, cache } = setUp();
  const [old, fresh] = [key(1), key(2)];
  cache.set("old", old);
  clock.ms = 50;
  cache.set("fresh", fresh);
  clock.ms = 100;
  cache.evictExpired();
  deepStrictEqual([old, fresh], [ZEROS, key(2)]);
  strictEqual(cache.size, 1);
});

Deno.test("a full cache drops and overwrites what was used longest ago", () => {
  const { cache } = setUp();
  const [one, two, three] = [key(1), key(2), key(3)];
  cache.set("one", one);
  cache.set("two", two);
  cache.get("one");
  cache.set("three", three);
  deepStrictEqual([one, two, three], [key(1), ZEROS, key(3)]);
  strictEqual(cache.get("two"), undefined);
});

Deno.test("a key that is replaced or cleared is overwritten", () => {
  const { cache } = setUp();
  const [one, two] = [key(1), key(2)];
  cache.set("a", one);
  cache.set("a", two);
  deepStrictEqual(one, ZEROS);
  cache.clear();
  deepStrictEqual(two, ZEROS);
  strictEqual(cache.size, 0);
});

Deno.test("a cache without room overwrites what it is given", () => {
  const { cache } = setUp(0);
  const one = key(1);
  cache.set("a", one);
  deepStrictEqual(one, ZEROS);
  strictEqual(cache.size, 0);
});
