import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Repeater } from "./repeater.ts";

/** A source that gives values when told to, and knows whether it was closed. */
function source<T>() {
  const state = { returned: 0, push: (_: T) => {}, end: (_?: unknown) => {} };
  const values: ((push: (value: T) => void) => void)[] = [];
  const repeater = new Repeater<T>(async (push, stop) => {
    Object.assign(state, { push, end: stop });
    values.forEach((give) => give(push));
    await stop;
    state.returned++;
    return undefined;
  });
  return { repeater, state };
}

async function* count(from: number, to: number) {
  for (let n = from; n <= to; n++) yield n;
  return "end";
}

async function collect<T>(repeater: Repeater<T>) {
  const values: T[] = [];
  for (let next = await repeater.next();; next = await repeater.next()) {
    if (next.done) return { values, final: next.value };
    values.push(next.value);
  }
}

Deno.test("merge() gives all values of all, and ends when all have ended", async () => {
  const { values } = await collect(Repeater.merge([count(1, 3), count(11, 12), 99, [5, 6]]));
  deepStrictEqual(values.toSorted((a, b) => a - b), [1, 2, 3, 5, 6, 11, 12, 99]);
});

Deno.test("zip() gives rows, and ends with the first that ends", async () => {
  const { values, final } = await collect(Repeater.zip([count(1, 3), count(11, 12)]));
  deepStrictEqual(values, [[1, 11], [2, 12]]);
  deepStrictEqual(final, [3, "end"]);
});

Deno.test("latest() gives what each said last, once each has said something", async () => {
  const one = source<string>();
  const two = source<string>();
  const rows = Repeater.latest([one.repeater, two.repeater]);
  const first = rows.next();
  one.state.push("a");
  two.state.push("x");
  deepStrictEqual((await first).value, ["a", "x"]);
  const second = rows.next();
  await Promise.resolve();
  two.state.push("y");
  deepStrictEqual((await second).value, ["a", "y"]);
  one.state.end();
  two.state.end();
  ok((await rows.next()).done);
});

Deno.test("race() gives the fastest of each round, and ends with the first that ends", async () => {
  const slow = source<string>();
  const fast = source<string>();
  const race = Repeater.race([slow.repeater, fast.repeater]);
  const first = race.next();
  fast.state.push("fast");
  deepStrictEqual((await first).value, "fast");
  const second = race.next();
  slow.state.end();
  ok((await second).done);
  await race.return();
  strictEqual(fast.state.returned, 1);
});

for (const name of ["race", "merge", "zip", "latest"] as const) {
  const combine = (contenders: AsyncIterable<number>[]): Repeater<unknown> =>
    Repeater[name](contenders);

  Deno.test(`${name}() of nothing ends at once`, async () => {
    ok((await combine([]).next()).done);
  });

  Deno.test(`${name}() closes all its contenders when it is left`, async () => {
    const contenders = [source<number>(), source<number>()];
    const repeater = combine(contenders.map(({ repeater }) => repeater));
    const first = repeater.next();
    contenders.forEach(({ state }) => state.push(1));
    await first;
    await repeater.return();
    await Promise.resolve();
    deepStrictEqual(contenders.map(({ state }) => state.returned), [1, 1]);
  });

  Deno.test(`${name}() ends with the error of a contender, and closes the others`, async () => {
    const failing = source<number>();
    const other = source<number>();
    const repeater = combine([failing.repeater, other.repeater]);
    const first = repeater.next();
    failing.state.end(new Error("contender"));
    await rejects(first, /contender/);
    strictEqual(other.state.returned, 1);
    ok((await repeater.next()).done);
  });
}
