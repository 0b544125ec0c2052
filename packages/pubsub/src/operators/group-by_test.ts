import fc from "fast-check";
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { slowly, watched } from "../../tests/sources.ts";
import { nextTurn } from "../../tests/until.ts";
import { RepeaterOverflowError } from "../errors.ts";
import { type Group, groupBy } from "./group-by.ts";
import { toArray } from "./to-array.ts";

const byDigit = groupBy((value: number) => value % 10);
const values = fc.array(fc.nat({ max: 99 }), { maxLength: 60 });

/** The same with arrays. */
function grouped(all: readonly number[]): [number, number[]][] {
  const groups = new Map<number, number[]>();
  for (const value of all) groups.set(value % 10, [...groups.get(value % 10) ?? [], value]);
  return [...groups];
}

Deno.test("groups that are read one after the other get all their values", async () => {
  await fc.assert(fc.asyncProperty(values, async (all) => {
    const result: [number, number[]][] = [];
    for await (const { key, items } of byDigit(slowly(all))) {
      result.push([key, await toArray<number>()(items)]);
    }
    deepStrictEqual(result, grouped(all));
  }));
});

Deno.test("groups that are read at once get all their values", async () => {
  await fc.assert(fc.asyncProperty(values, async (all) => {
    const read: Promise<[number, number[]]>[] = [];
    for await (const { key, items } of byDigit(slowly(all))) {
      read.push(toArray<number>()(items).then((values) => [key, values]));
    }
    deepStrictEqual(await Promise.all(read), grouped(all));
  }));
});

Deno.test("the source is pulled only while somebody wants a value", async () => {
  const source = watched(1, 11, 2, 21, 12);
  const groups = byDigit(source);
  const ones = await first(groups);
  await nextTurn();
  strictEqual(source.pulled, 1);
  strictEqual((await ones.items.next()).value, 1);
  await nextTurn();
  strictEqual(source.pulled, 1);
  strictEqual((await ones.items.next()).value, 11);
  await nextTurn();
  strictEqual(source.pulled, 2);
  strictEqual((await ones.items.next()).value, 21);
  strictEqual(source.pulled, 4);
  await groups.return();
  strictEqual(source.returned, 1);
});

Deno.test("a group that has values to give does not pull the source", async () => {
  const source = watched(1, 11, 2, 12);
  const groups = byDigit(source);
  const ones = await first(groups);
  await first(groups);
  strictEqual(source.pulled, 3);
  deepStrictEqual([(await ones.items.next()).value, (await ones.items.next()).value], [1, 11]);
  await nextTurn();
  strictEqual(source.pulled, 3);
  await ones.items.return();
  await nextTurn();
  strictEqual(source.pulled, 3);
  await groups.return();
});

async function first(groups: AsyncIterator<Group<number, number>>) {
  const { value } = await groups.next();
  return value as Group<number, number>;
}

Deno.test("a group that nobody reads overflows alone", async () => {
  const all = Array.from({ length: 1100 }, (_, n) => n * 10).concat(1);
  const [zeros, ones] = await toArray<Group<number, number>>()(byDigit(slowly(all)));
  let count = 0;
  await rejects(async () => {
    for await (const _ of zeros?.items ?? []) count++;
  }, RepeaterOverflowError);
  strictEqual(count, 1024);
  deepStrictEqual(await toArray()(ones?.items ?? slowly([])), [1]);
});

Deno.test("a group that is begun and then left alone overflows alone, too", async () => {
  const all = Array.from({ length: 1100 }, (_, n) => n * 10);
  const groups = byDigit(slowly(all));
  const { items } = await first(groups);
  strictEqual((await items.next()).value, 0);
  strictEqual((await groups.next()).done, true);
  let count = 0;
  await rejects(async () => {
    for await (const _ of items) count++;
  }, RepeaterOverflowError);
  strictEqual(count, 1024);
});

Deno.test("a group that its reader has left drops what comes for it", async () => {
  const result: unknown[] = [];
  for await (const { key, items } of byDigit(slowly([1, 2, 11, 12, 21]))) {
    for await (const value of items) {
      result.push([key, value]);
      if (key === 1) break;
    }
  }
  deepStrictEqual(result, [[1, 1], [2, 2], [2, 12]]);
});

Deno.test("all groups end when the reader of groups leaves", async () => {
  const groups = byDigit(slowly([1, 11, 2]));
  const { items } = await first(groups);
  await groups.return();
  deepStrictEqual(await toArray()(items), [1]);
});

Deno.test("the source's error ends the groups with it", async () => {
  const groups = byDigit(watched(1, new Error("source")));
  const { items } = await first(groups);
  strictEqual((await items.next()).value, 1);
  await rejects(items.next(), /source/);
  await rejects(groups.next(), /source/);
});

Deno.test("one group more than maxGroups is an error that ends all", async () => {
  const groups = groupBy((value: number) => value, { maxGroups: 2 })(slowly([1, 2, 1, 3]));
  await rejects(toArray()(groups), RepeaterOverflowError);
  throws(() => groupBy((value) => value, { maxGroups: 0 }), RangeError);
});
