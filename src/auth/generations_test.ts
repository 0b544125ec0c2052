import { ok, strictEqual } from "node:assert/strict";
import { Generations } from "./generations.ts";

Deno.test("Generations never holds more than its size", () => {
  const map = new Generations<number>(10);
  for (let key = 0; key < 1_000; key++) {
    map.set(String(key), key);
    ok(map.size <= 10);
  }
  strictEqual(map.get("999"), 999);
  strictEqual(map.get("0"), undefined);
});

Deno.test("Generations keeps what is asked for, whatever else comes", () => {
  const map = new Generations<string>(10);
  map.set("kept", "value");
  for (let key = 0; key < 1_000; key++) {
    map.set(String(key), "other");
    strictEqual(map.get("kept"), "value");
  }
});

Deno.test("Generations forgets what is deleted, in whichever generation it is", () => {
  const map = new Generations<number>(4);
  for (const key of ["a", "b", "c"]) map.set(key, 1);
  for (const key of ["a", "c"]) map.delete(key);
  strictEqual([...map.entries()].map(([key]) => key).join(), "b");
  map.clear();
  strictEqual(map.size, 0);
});
