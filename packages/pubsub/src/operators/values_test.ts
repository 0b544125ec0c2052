import fc from "fast-check";
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { slowly } from "../../tests/sources.ts";
import { batch } from "./batch.ts";
import { chain } from "./chain.ts";
import { dedupe } from "./dedupe.ts";
import { filter } from "./filter.ts";
import { flat } from "./flat.ts";
import { join } from "./join.ts";
import { map } from "./map.ts";
import { pipe } from "./pipe.ts";
import { reduce } from "./reduce.ts";
import { take } from "./take.ts";
import { toArray } from "./to-array.ts";
import { window } from "./window.ts";

type Operator = (source: AsyncIterable<number>) => AsyncIterable<unknown>;

const values = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
const count = fc.integer({ min: 1, max: 6 });

/** What each operator does, and what the same is with arrays; `n` and `m` are counts. */
const LAWS: Record<string, {
  operator: (n: number, m: number) => Operator;
  arrays: (all: number[], n: number, m: number) => unknown[];
}> = {
  filter: {
    operator: (n) => filter((value: number) => value % n === 0),
    arrays: (all, n) => all.filter((value) => value % n === 0),
  },
  "filter, async": {
    operator: (n) => filter((value: number) => Promise.resolve(value % n === 0)),
    arrays: (all, n) => all.filter((value) => value % n === 0),
  },
  map: {
    operator: (n) => map((value: number) => Promise.resolve(value * n)),
    arrays: (all, n) => all.map((value) => value * n),
  },
  take: { operator: (n) => take(n - 1), arrays: (all, n) => all.slice(0, n - 1) },
  batch: {
    operator: (n) => batch(n),
    arrays: (all, n) => all.flatMap((_, at) => at % n === 0 ? [all.slice(at, at + n)] : []),
  },
  dedupe: { operator: () => dedupe(), arrays: (all) => [...new Set(all)] },
  "dedupe by key": {
    operator: (n) => dedupe((value: number) => value % n),
    arrays: (all, n) => all.filter((v, at) => all.findIndex((w) => w % n === v % n) === at),
  },
  window: {
    operator: (n, m) => window(n, { step: m }),
    arrays: (all, n, m) =>
      all.flatMap((_, at) => at % m === 0 && at + n <= all.length ? [all.slice(at, at + n)] : []),
  },
  chain: {
    operator: (n, m) => chain(slowly([n, n]), slowly([m])),
    arrays: (all, n, m) => [...all, n, n, m],
  },
  flat: {
    operator: (n) => (source) =>
      pipe(source, map((v: number) => v % 2 ? [v, n] : slowly([n, v])), flat<number>()),
    arrays: (all, n) => all.flatMap((v) => v % 2 ? [v, n] : [n, v]),
  },
};

for (const [name, { operator, arrays }] of Object.entries(LAWS)) {
  Deno.test(`${name} does with streams what is done with arrays`, async () => {
    await fc.assert(fc.asyncProperty(values, count, count, async (all, n, m) => {
      deepStrictEqual(await toArray()(operator(n, m)(slowly(all))), arrays(all, n, m));
    }));
  });
}

Deno.test("join gives all values of all, each source's in its own order", async () => {
  await fc.assert(fc.asyncProperty(values, values, async (one, two) => {
    const tag = (source: string) => map((value: number) => ({ source, value }));
    const joined = pipe(slowly(one), tag("one"), join(tag("two")(slowly(two))));
    const all = await toArray<{ source: string; value: number }>()(joined);
    const of = (name: string) => all.filter(({ source }) => source === name).map((v) => v.value);
    deepStrictEqual([of("one"), of("two"), all.length], [one, two, one.length + two.length]);
  }));
});

Deno.test("reduce folds with a reducer that may take its time", async () => {
  await fc.assert(fc.asyncProperty(values, async (all) => {
    const sum = reduce((sum: number, value: number) => Promise.resolve(sum + value), 0);
    strictEqual(await sum(slowly(all)), all.reduce((a, b) => a + b, 0));
  }));
});

Deno.test("a type guard narrows what filter gives", async () => {
  const numbers = pipe(
    slowly<number | string>([1, "a", 2]),
    filter((value): value is number => typeof value === "number"),
    map((value) => value.toFixed(1)),
    toArray(),
  );
  deepStrictEqual(await numbers, ["1.0", "2.0"]);
});

Deno.test("pipe applies its functions left to right, none at all included", () => {
  strictEqual(pipe(1), 1);
  strictEqual(pipe(1, (n) => n + 1, (n) => `${n}!`, (text) => text.length), 2);
});

Deno.test("take closes the source with the last value, and takes nothing for 0", async () => {
  let closed = false;
  let pulled = 0;
  async function* source() {
    try {
      for (let n = 0;; n++) {
        pulled++;
        yield n;
      }
    } finally {
      closed = true;
    }
  }
  const first = take<number>(1)(source());
  deepStrictEqual(await first.next(), { value: 0, done: false });
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepStrictEqual([closed, pulled], [true, 1]);
  deepStrictEqual(await toArray()(take(0)(source())), []);
  strictEqual(pulled, 1);
});

Deno.test("dedupe compares as sets do, and forgets the oldest key beyond maxKeys", async () => {
  deepStrictEqual(await toArray()(dedupe<number>()(slowly([NaN, NaN, 0, -0]))), [NaN, 0]);
  const few = dedupe<number>(undefined, { maxKeys: 2 });
  deepStrictEqual(await toArray()(few(slowly([1, 2, 1, 3, 1, 3]))), [1, 2, 3, 1]);
});

const BAD_COUNTS = [0, -1, 1.5, NaN, Infinity];
for (const bad of BAD_COUNTS) {
  Deno.test(`a count of ${bad} is a RangeError when the operator is made`, () => {
    if (bad !== 0) throws(() => take(bad), RangeError);
    throws(() => batch(bad), RangeError);
    throws(() => batch(1, { maxWaitMs: bad }), RangeError);
    throws(() => window(bad), RangeError);
    throws(() => window(1, { step: bad }), RangeError);
    throws(() => dedupe(undefined, { maxKeys: bad }), RangeError);
  });
}
