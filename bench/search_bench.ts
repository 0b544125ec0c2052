/**
 * What a search costs over 200,000 operations, against looking at each of them.
 *
 * Run with `deno bench -A bench/search_bench.ts`.
 *
 * @module
 */
import { type OperationSpec, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { SearchRequest } from "../bridges/ports.ts";
import { createSpokeIndex, type SpokeEntry } from "../src/routing/spoke_index.ts";
import { openSearch } from "../src/search/mod.ts";

const SPOKES = 10_000;
const OPERATIONS_EACH = 20;
const VERBS = "get list create update delete read write copy move watch start stop send open close"
  .split(" ");
const NOUNS = ("file folder user invoice order payment session container image volume network " +
  "message channel thread task project issue branch commit deployment metric alert dashboard " +
  "report customer product cart shipment ticket calendar event contact document page table row")
  .split(" ");

/** The same figures in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const below = randomFrom(42);
const pick = (words: readonly string[]) => words[below(words.length)] ?? "";
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const letters = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(97 + below(26))).join("");

function specOf(namespace: string, name: string): OperationSpec {
  return {
    ...{ namespace, name, version: "1.0.0", type: OperationType.QUERY },
    description: `${capital(pick(VERBS))} the ${pick(NOUNS)} of a ${pick(NOUNS)}, and ${
      pick(VERBS)
    } its ${pick(NOUNS)} by ${letters(6)}.`,
    inputSchema: Type.Object({
      [`${pick(NOUNS)}Id`]: Type.String(),
      [pick(NOUNS)]: Type.String(),
      [letters(7)]: Type.Optional(Type.String()),
    }),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: below(10) === 0 ? ["admin"] : [] },
  };
}

/** A spoke whose operations nobody else has. */
function distinctSpoke(number: number): SpokeEntry {
  const namespace = `${pick(NOUNS)}${below(50)}`;
  const specs = Array.from({ length: OPERATIONS_EACH }, (_, i) => {
    const name = `${pick(VERBS)}${capital(pick(NOUNS))}${capital(letters(5))}${i}`;
    return specOf(namespace, name);
  });
  return entryOf(number, { hash: `set ${number}`, specs });
}

function entryOf(
  number: number,
  { hash, specs }: { readonly hash: string; readonly specs: readonly OperationSpec[] },
): SpokeEntry {
  const operations = new Map(specs.map((spec) => {
    const name = `${spec.namespace}/${spec.name}`;
    return [name, { name, spec, grants: {} }];
  }));
  const place = { peerId: `spoke-${number}`, node: "n1", nodeEpoch: 1, revision: 1 };
  return { ...place, set: { hash, operations } };
}

const rule = { peer: "*", names: ["*"], access: { requiredScopes: ["spokes:call"] } };

function searchOver(entries: Iterable<SpokeEntry>) {
  const spokes = createSpokeIndex();
  for (const entry of entries) spokes.set(entry);
  return {
    spokes,
    search: openSearch({ own: [], spokes, exports: () => rule, sliceMs: Infinity }),
  };
}

const before = Deno.memoryUsage().heapUsed;
const entries = Array.from({ length: SPOKES }, (_, number) => distinctSpoke(number));
const held = Deno.memoryUsage().heapUsed;
const startedAt = performance.now();
const { spokes, search } = searchOver(entries);
const took = performance.now() - startedAt;
if (Deno.env.has("SEARCH_BENCH_VERBOSE")) {
  const { documents, words } = search.size;
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  const memory = `${mib(Deno.memoryUsage().heapUsed - held)} on top of ${mib(held - before)}`;
  // deno-lint-ignore no-console -- asked for
  console.error({ documents, words, tookMs: Math.round(took), memory });
}
const alike = entryOf(0, {
  hash: "the same",
  specs: Array.from(
    { length: OPERATIONS_EACH },
    (_, i) => specOf("fs", `${VERBS[i % 15]}File${i}`),
  ),
});
const same = searchOver(
  Array.from({ length: SPOKES }, (_, number) => ({ ...alike, peerId: `spoke-${number}` })),
);

const caller = { id: "ann", scopes: ["spokes:call"] };
const ask = (about: Partial<SearchRequest>) =>
  search.find({ identity: caller, limit: 100, ...about });

Deno.bench({
  name: "floor: a substring of 200,000 names and descriptions",
  group: "search",
  baseline: true,
  fn() {
    let found = 0;
    for (const { set } of entries) {
      for (const { name, spec } of set.operations.values()) {
        if (name.includes("invoice") || spec.description.includes("invoice")) found += 1;
      }
    }
    if (found === 0) throw new Error("Nothing was found");
  },
});

for (
  const [what, about] of Object.entries(
    {
      "one frequent word": { query: "file" },
      "two words": { query: "list invoice" },
      "a word that all descriptions have": { query: "by" },
      "a sentence of eight words": {
        query: "get list create update the customer order payment shipment ticket",
      },
      "part of a word": { query: "nvoic" },
      "two misspelled words": { query: "invocie custmer" },
      "eight words that nothing has": {
        query:
          "qwertyuiop asdfghjklz zxcvbnmqwe poiuytrewq lkjhgfdsam mnbvcxzlkj qazwsxedcr plokmijnuh",
      },
      "a word and a spoke's name": { query: "spoke-777 invoice" },
      "everything, by name": {},
      "everything, by name, from the middle": { cursor: "n:spoke-5000/a" },
      "tenth page": { query: "file", cursor: "o:900" },
      "a namespace of which there is nothing": { query: "file", namespace: "none" },
      "a caller without rights": { query: "file", identity: null },
      "everything, for a caller without rights": { identity: null },
    } satisfies Record<string, Partial<SearchRequest>>,
  )
) {
  Deno.bench({ name: what, group: "search", fn: () => void ask(about) });
}

Deno.bench({
  name: "one word, 10,000 spokes that offer the same",
  group: "search",
  fn: () => void same.search.find({ identity: caller, limit: 100, query: "file" }),
});

Deno.bench({
  name: "a spoke with 20 new operations comes and goes",
  group: "change",
  fn() {
    spokes.set({ ...distinctSpoke(SPOKES), peerId: "newcomer" });
    spokes.delete("newcomer", 1);
  },
});

Deno.bench({
  name: "a spoke that offers what others offer comes and goes",
  group: "change",
  fn() {
    same.spokes.set({ ...alike, peerId: "newcomer" });
    same.spokes.delete("newcomer", 1);
  },
});
