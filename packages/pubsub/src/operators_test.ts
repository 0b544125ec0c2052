import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { slowly, stuck, watched } from "../tests/sources.ts";
import { nextTurn } from "../tests/until.ts";
import {
  batch,
  chain,
  dedupe,
  filter,
  flat,
  groupBy,
  join,
  map,
  reduce,
  take,
  toArray,
  window,
} from "./operators.ts";
import type { Repeater } from "./repeater.ts";

type Operator = (source: AsyncIterable<number>) => Repeater<unknown>;

const boom = (): never => {
  throw new Error("callback");
};

/** Each operator, made so that it gives about as many values as it takes. */
const OPERATORS: Record<string, Operator> = {
  filter: filter((_: number) => true),
  map: map((value: number) => value),
  take: take(5),
  batch: batch(1),
  "batch with a time limit": batch(1, { maxWaitMs: 60_000 }),
  dedupe: dedupe(),
  window: window(1),
  chain: chain(slowly([100])),
  join: join(),
  groupBy: groupBy((value: number) => value),
  flat: (source) => flat<number>()(map((value: number) => [value])(source)),
};

const CALLBACKS: Record<string, Operator> = {
  filter: filter(boom),
  "filter, async": filter(() => Promise.reject(new Error("callback"))),
  map: map(boom),
  dedupe: dedupe(boom),
  groupBy: groupBy(boom),
};

for (const [name, operator] of Object.entries(OPERATORS)) {
  Deno.test(`${name}: nothing is pulled before the result is`, async () => {
    const source = watched(1, 2, 3);
    const result = operator(source);
    await nextTurn();
    strictEqual(source.pulled, 0);
    await result.return();
    strictEqual(source.pulled, 0);
  });

  Deno.test(`${name}: the source is pulled as often as the result`, async () => {
    const source = watched(1, 2, 3);
    const result = operator(source);
    await result.next();
    await nextTurn();
    strictEqual(source.pulled, 1);
    await result.next();
    await nextTurn();
    strictEqual(source.pulled, 2);
    await result.return();
  });

  Deno.test(`${name}: a consumer that leaves closes the source once`, async () => {
    const source = watched(1, 2, 3);
    const result = operator(source);
    for await (const _ of result) break;
    await result.return();
    strictEqual(source.returned, 1);
    strictEqual(source.pulled, 1);
  });

  Deno.test(`${name}: a source that ended is not closed`, async () => {
    const source = watched(1, 2);
    for await (const _ of operator(source));
    strictEqual(source.returned, 0);
  });

  Deno.test(`${name}: the source's error reaches the consumer, after what came before`, async () => {
    const result = operator(watched(1, new Error("source")));
    strictEqual((await result.next()).done, false);
    await rejects(result.next(), /source/);
    deepStrictEqual(await result.next(), { value: undefined, done: true });
  });

  Deno.test(`${name}: a consumer can leave while the source is stuck`, async () => {
    const result = operator(stuck(1));
    await result.next();
    const pending = result.next();
    await nextTurn();
    await result.return();
    strictEqual((await pending).done, true);
  });
}

Deno.test("leaving waits until the source has cleaned up", async () => {
  let clean = false;
  async function* source() {
    try {
      yield 1;
    } finally {
      await nextTurn();
      clean = true;
    }
  }
  const result = map((value: number) => value)(source());
  await result.next();
  await result.return();
  strictEqual(clean, true);
});

Deno.test("chain: a consumer that leaves does not begin the sources after", async () => {
  const other = watched(2);
  const result = chain(other)(watched(1));
  await result.next();
  await result.return();
  await nextTurn();
  deepStrictEqual([other.pulled, other.returned], [0, 0]);
});

for (const [name, operator] of Object.entries(CALLBACKS)) {
  Deno.test(`${name}: a callback's error reaches the consumer and closes the source`, async () => {
    const source = watched(1, 2);
    const result = operator(source);
    await rejects(result.next(), /callback/);
    strictEqual(source.returned, 1);
    strictEqual(source.pulled, 1);
  });
}

for (const [name, fold] of Object.entries({ reduce: reduce(boom, 0), toArray: toArray() })) {
  Deno.test(`${name}: the source's error rejects`, async () => {
    await rejects(fold(watched<never>(new Error("source"))), /source/);
  });
}
