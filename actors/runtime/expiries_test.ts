import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { createExpiries } from "./expiries.ts";

/** A calendar that notes what it tells of, and when. */
function noting() {
  const told: string[] = [], at: number[] = [];
  const expiries = createExpiries<string>((thing) => {
    told.push(thing);
    at.push(performance.now());
  });
  return { expiries, told, at, [Symbol.dispose]: () => expiries[Symbol.dispose]() };
}

Deno.test("each thing is told of once, when its time has come and not before", async () => {
  using calendar = noting();
  const { expiries, told, at } = calendar, startedAt = performance.now();
  for (const thing of ["a", "b"]) expiries.set(thing, 30);
  await until(() => told.length === 2, { what: "both" });
  expiries.set("last", 10);
  await until(() => told.includes("last"), { what: "what comes after them" });
  deepStrictEqual(told, ["a", "b", "last"]);
  ok(at.every((time) => time - startedAt >= 29), String(at));
});

Deno.test("a thing that is set again is told of at its new time only", async () => {
  using calendar = noting();
  const { expiries, told, at } = calendar;
  expiries.set("a", 1);
  const setAt = performance.now();
  expiries.set("a", 40);
  await until(() => told.length > 0, { what: "it" });
  expiries.set("last", 10);
  await until(() => told.includes("last"), { what: "what comes after it" });
  deepStrictEqual(told, ["a", "last"]);
  ok((at[0] ?? 0) - setAt >= 39, String(at));
});

Deno.test("a thing that is deleted is not told of, not even by one that is told of at the same time", async () => {
  const told: string[] = [];
  using expiries = createExpiries<string>((thing) => {
    told.push(thing);
    expiries.delete("b");
  });
  for (const thing of ["a", "b"]) expiries.set(thing, 1);
  for (const thing of ["c", "d"]) expiries.set(thing, 30);
  expiries.delete("c");
  await until(() => told.includes("d"), { what: "the last one" });
  deepStrictEqual(told, ["a", "d"]);
});

Deno.test("what is set again when it is told of is told of once more, and once", async () => {
  const told: string[] = [];
  using expiries = createExpiries<string>((thing) => {
    told.push(thing);
    if (told.length <= 4) expiries.set(thing, 0);
  });
  for (const thing of ["a", "b"]) expiries.set(thing, 0);
  await until(() => told.length >= 6, { what: "each three times" });
  expiries.set("last", 20);
  await until(() => told.includes("last"), { what: "what comes after it" });
  deepStrictEqual([told.length, told.at(-1)], [7, "last"]);
});

Deno.test("many things of about the same time share a few timers", () => {
  const before = setTimeout(() => undefined, 0);
  clearTimeout(before);
  using calendar = noting();
  for (let i = 0; i < 10_000; i++) calendar.expiries.set(`thing ${i}`, 60_000);
  const after = setTimeout(() => undefined, 0);
  clearTimeout(after);
  ok(Number(after) - Number(before) < 20, `${Number(after) - Number(before)} timers`);
});

Deno.test("what lies further ahead than a timer can wait is told of no later than it is due", () => {
  using calendar = noting();
  calendar.expiries.set("one day", Number.MAX_SAFE_INTEGER);
  strictEqual(calendar.told.length, 0);
});
