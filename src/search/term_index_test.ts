import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createTermIndex, slotOf, type TermIndex, weightOf } from "./term_index.ts";

const words = (...all: string[]) => new Map(all.map((word, at) => [word, at + 1]));

/** Slots that have a word, and its weights there. */
function find(index: TermIndex, word: string): readonly (readonly [number, number])[] {
  return [...index.find(word, "same")].flat().flatMap(({ list }) =>
    list.map((posting) => [slotOf(posting), weightOf(posting)] as const)
  );
}

Deno.test("a document is found by each of its words, with its weight", () => {
  const index = createTermIndex();
  const first = index.add(words("read", "file")), second = index.add(words("file"));
  deepStrictEqual(find(index, "file"), [[first, 2], [second, 1]]);
  deepStrictEqual([index.size, index.words], [2, 2]);
});

Deno.test("weights are kept within a byte", () => {
  const index = createTermIndex();
  const slot = index.add(new Map([["a", 1000], ["b", 0], ["c", 1.6]]));
  deepStrictEqual(["a", "b", "c"].map((word) => find(index, word)), [
    ...[[[slot, 255]], [[slot, 1]], [[slot, 2]]],
  ]);
});

Deno.test("documents that come and go take no more room than were there at a time", () => {
  const index = createTermIndex();
  const stays = Array.from({ length: 100 }, (_, i) => index.add(words("shared", `own${i}`)));
  for (let i = 0; i < 20_000; i++) index.remove(index.add(words("shared", `new${i}`, `x${i % 7}`)));
  ok(index.capacity < 400, `${index.capacity} slots`);
  ok(find(index, "shared").length < 400);
  deepStrictEqual([index.size, index.words], [100, 101]);
  for (const slot of stays) index.remove(slot);
  index.remove(stays[0] ?? 0);
  deepStrictEqual([index.size, index.words], [0, 0]);
});

Deno.test("a slot belongs to another document only once nothing leads there from the former", () => {
  const index = createTermIndex();
  const owners = new Map<number, string>();
  for (let i = 0; i < 5_000; i++) {
    const own = `own${i}`, slot = index.add(words(own, "shared", `some${i % 10}`));
    owners.set(slot, own);
    if (i % 3 !== 0) {
      index.remove(slot);
      owners.delete(slot);
    }
  }
  for (const [slot, own] of owners) {
    deepStrictEqual(find(index, own).map(([at]) => at), [slot]);
    strictEqual(find(index, "shared").filter(([at]) => at === slot).length, 1);
  }
});
