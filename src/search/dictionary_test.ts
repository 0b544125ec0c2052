import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { createDictionary, MAX_WORD_CHARS } from "./dictionary.ts";
import { editDistance } from "./edit_distance.ts";

const SYLLABLES = "ka lo mi ter on ing re sta 7 ve ü 漢 pro x".split(" ");

/** Words that are alike often, the same in every run. */
function manyWords(count: number): string[] {
  let state = 7;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const words = new Set<string>();
  while (words.size < count) {
    const parts = Array.from({ length: 1 + below(4) }, () => SYLLABLES[below(SYLLABLES.length)]);
    words.add(parts.join("").slice(0, MAX_WORD_CHARS));
  }
  return [...words];
}

Deno.test("within() and misspelled() find what comparing with every word finds", () => {
  const dictionary = createDictionary(), words = manyWords(2000);
  for (const word of words) dictionary.put(word);
  const texts = (alike: readonly { readonly id: number }[]) =>
    alike.map(({ id }) => dictionary.wordOf(id)).toSorted();
  for (const word of words.slice(0, 300)) {
    if (word.length > 2) {
      const longer = words.filter((other) => other !== word && other.includes(word));
      deepStrictEqual(texts([...dictionary.within(word)].flat()), longer.toSorted(), word);
    }
    const max = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    const near = words.filter((other) => {
      const distance = editDistance(word, { to: other, max });
      return distance > 0 && distance <= max;
    });
    deepStrictEqual(texts(dictionary.misspelled(word)), near.toSorted(), word);
  }
});

Deno.test("words that are deleted are found no more, and others still", () => {
  const dictionary = createDictionary(), words = manyWords(500);
  for (const word of words) dictionary.put(word);
  for (const word of words.slice(0, 250)) dictionary.delete(dictionary.idOf(word) ?? -1);
  strictEqual(dictionary.size, 250);
  for (const word of words.slice(0, 250)) strictEqual(dictionary.idOf(word), undefined);
  for (const word of words.slice(250)) {
    strictEqual(dictionary.wordOf(dictionary.idOf(word) ?? -1), word);
    for (const { id } of [...dictionary.within(word)].flat()) {
      ok(dictionary.wordOf(id).includes(word));
    }
  }
});

Deno.test("a word that is too long is refused", () => {
  throws(() => createDictionary().put("x".repeat(MAX_WORD_CHARS + 1)), RangeError);
});

for (
  const [from, to, distance] of [
    ["read", "read", 0],
    ["raed", "read", 1],
    ["rad", "read", 1],
    ["reead", "read", 1],
    ["rood", "read", 2],
    ["ca", "abc", 3],
    ["", "ab", 2],
    ["read", "writing", 4],
  ] as const
) {
  Deno.test(`editDistance() between "${from}" and "${to}" is ${distance}, of at most 3`, () => {
    strictEqual(editDistance(from, { to, max: 3 }), distance);
    strictEqual(editDistance(to, { to: from, max: 3 }), distance);
  });
}
