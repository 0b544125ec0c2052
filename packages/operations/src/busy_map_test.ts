import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BusyMap } from "./busy_map.ts";

// The first of all: what is kept at hand of a key is kept for all maps.
Deno.test("a BusyMap finds the empty key again, which was the first", () => {
  const busy = new BusyMap<number>();
  busy.set("", 1);
  strictEqual(busy.get("other"), undefined);
  strictEqual(busy.get(""), 1);
});

Deno.test("a BusyMap holds what a Map holds, whatever is put in and taken out", () => {
  const keys = fc.string({ maxLength: 2 });
  const step = fc.tuple(fc.constantFrom("set", "delete"), keys, fc.nat());
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const busy = new BusyMap<number>(), map = new Map<string, number>();
    for (const [kind, key, value] of steps) {
      if (kind === "delete") {
        strictEqual(busy.delete(key), map.delete(key));
      } else {
        busy.set(key, value);
        map.set(key, value);
      }
      strictEqual(busy.size, map.size);
      strictEqual(busy.get(key), map.get(key));
      strictEqual(busy.has(key), map.has(key));
    }
    deepStrictEqual([...busy.keys()].sort(), [...map.keys()].sort());
  }));
});

Deno.test("a BusyMap finds each of many", () => {
  const busy = new BusyMap<number>();
  for (let index = 0; index < 5_000; index++) busy.set(`c-${index}`, index);
  for (let index = 0; index < 5_000; index += 2) busy.delete(`c-${index}`);
  strictEqual(busy.size, 2_500);
  for (let index = 0; index < 5_000; index++) {
    strictEqual(busy.get(`c-${index}`), index % 2 === 0 ? undefined : index);
  }
});

Deno.test("keys of a BusyMap can be deleted while they are read", () => {
  const busy = new BusyMap<number>();
  for (let index = 0; index < 100; index++) busy.set(`c-${index}`, index);
  for (const key of [...busy.keys()]) busy.delete(key);
  strictEqual(busy.size, 0);
  deepStrictEqual([...busy.keys()], []);
});
