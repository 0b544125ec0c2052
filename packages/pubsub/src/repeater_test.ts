import fc from "fast-check";
import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert/strict";
import { nextTurn } from "../tests/until.ts";
import {
  DroppingBuffer,
  FixedBuffer,
  MAX_QUEUE_LENGTH,
  type Push,
  Repeater,
  type RepeaterBuffer,
  RepeaterOverflowError,
  SlidingBuffer,
  type Stop,
} from "./repeater.ts";

/** A repeater whose `push` and `stop` are at hand once the first `next` was called. */
function open<T>(buffer?: RepeaterBuffer) {
  const ends = {} as { push: Push<T>; stop: Stop };
  const repeater = new Repeater<T>(async (push, stop) => {
    Object.assign(ends, { push, stop });
    await stop;
    return "final";
  }, buffer);
  return { repeater, ends };
}

const value = <T>(value: T) => ({ value, done: false });
const done = (value?: unknown) => ({ value, done: true });

async function collect<T>(repeater: Repeater<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of repeater) values.push(value);
  return values;
}

Deno.test("the executor runs once, inside the first next", () => {
  let runs = 0;
  const repeater = new Repeater(() => void runs++);
  strictEqual(runs, 0);
  repeater.next();
  strictEqual(runs, 1);
  repeater.next();
  strictEqual(runs, 1);
});

Deno.test("a repeater that is returned before it was pulled never runs", async () => {
  const repeater = new Repeater<number>(() => {
    throw new Error("ran");
  });
  deepStrictEqual(await repeater.return("given"), done("given"));
  deepStrictEqual(await repeater.next(), done());
});

Deno.test("a repeater that is thrown into before it was pulled never runs", async () => {
  const repeater = new Repeater<number>(() => {
    throw new Error("ran");
  });
  await rejects(repeater.throw(new Error("given")), /given/);
  deepStrictEqual(await repeater.next(), done());
});

Deno.test("push and next meet in order, whichever comes first", async () => {
  const script = fc.array(fc.boolean(), { maxLength: 200 });
  await fc.assert(fc.asyncProperty(script, async (pushes) => {
    const { repeater, ends } = open<number>();
    const results = [repeater.next()];
    let pushed = 0;
    for (const isPush of pushes) {
      if (isPush) ends.push(pushed++);
      else results.push(repeater.next());
    }
    const missing = results.length - pushed;
    for (let n = 0; n < missing; n++) ends.push(pushed++);
    deepStrictEqual(await Promise.all(results), results.map((_, n) => value(n)));
  }));
});

Deno.test("promises are awaited in order, however long each takes", async () => {
  const delays = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 20 });
  await fc.assert(fc.asyncProperty(delays, async (turns) => {
    const { repeater, ends } = open<number>();
    const first = repeater.next();
    turns.forEach((count, n) => ends.push(later(n, count)));
    ends.stop();
    deepStrictEqual([(await first).value, ...await collect(repeater)], turns.map((_, n) => n));
  }));
});

async function later<T>(value: T, microtasks: number): Promise<T> {
  for (let n = 0; n < microtasks; n++) await undefined;
  return value;
}

Deno.test("push resolves with what the next after its own says", async () => {
  const { repeater, ends } = open<string>();
  const first = repeater.next("ignored");
  const one = ends.push("a");
  const two = ends.push("b");
  deepStrictEqual(await first, value("a"));
  await repeater.next("asked for b");
  strictEqual(await one, "asked for b");
  const third = repeater.next("asked for c");
  strictEqual(await two, "asked for c");
  ends.push("c");
  deepStrictEqual(await third, value("c"));
});

Deno.test("push into waiting nexts resolves with what the following one says", async () => {
  const { repeater, ends } = open<string>();
  repeater.next("1");
  repeater.next("2");
  strictEqual(await ends.push("a"), "2");
});

Deno.test("a push more than 1,024 that wait throws RepeaterOverflowError at once", async () => {
  const { repeater, ends } = open<number>();
  const first = repeater.next();
  ends.push(-1);
  for (let n = 0; n < MAX_QUEUE_LENGTH; n++) ends.push(n);
  throws(() => ends.push(0), RepeaterOverflowError);
  ends.stop();
  await first;
  strictEqual((await collect(repeater)).length, 1024);
});

Deno.test("a next more than 1,024 that wait throws RepeaterOverflowError at once", async () => {
  const { repeater } = open<number>();
  const waiting = Array.from({ length: MAX_QUEUE_LENGTH }, () => repeater.next());
  throws(() => repeater.next(), RepeaterOverflowError);
  await repeater.return();
  strictEqual((await Promise.all(waiting)).every((result) => result.done), true);
});

const BUFFERS = [
  { name: "fixed", make: (n: number) => new FixedBuffer(n), keep: (all: number[]) => all },
  {
    name: "sliding",
    make: (n: number) => new SlidingBuffer(n),
    keep: (all: number[], n: number) => all.slice(-n),
  },
  {
    name: "dropping",
    make: (n: number) => new DroppingBuffer(n),
    keep: (all: number[], n: number) => all.slice(0, n),
  },
];

for (const { name, make, keep } of BUFFERS) {
  Deno.test(`with a ${name} buffer, the consumer gets what that buffer keeps`, async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 40 }));
    await fc.assert(fc.asyncProperty(sizes, async ([capacity, count]) => {
      const { repeater, ends } = open<number>(make(capacity));
      const first = repeater.next();
      ends.push(-1);
      const all = Array.from({ length: count }, (_, n) => n);
      for (const n of all) ends.push(n);
      ends.stop();
      deepStrictEqual(await first, value(-1));
      deepStrictEqual(await collect(repeater), keep(all, capacity));
    }));
  });

  Deno.test(`a ${name} buffer of no whole positive capacity is a RangeError`, () => {
    for (const capacity of [0, -1, 1.5, NaN, Infinity]) throws(() => make(capacity), RangeError);
    throws(() => make(1).remove(), RangeError);
  });
}

Deno.test("a full fixed buffer lets 1,024 more wait, and throws then", () => {
  const { repeater, ends } = open<number>(new FixedBuffer(2));
  repeater.next();
  ends.push(-1);
  for (let n = 0; n < 2 + MAX_QUEUE_LENGTH; n++) ends.push(n);
  throws(() => ends.push(0), RepeaterOverflowError);
  throws(() => {
    const buffer = new FixedBuffer(1);
    buffer.add(1);
    buffer.add(2);
  }, RangeError);
});

Deno.test("a push that a buffer takes resolves at once; one that waits, when it is due", async () => {
  const { repeater, ends } = open<number>(new FixedBuffer(1));
  repeater.next();
  ends.push(0);
  strictEqual(await ends.push(1), undefined);
  let answered = false;
  ends.push(2).then(() => answered = true);
  await repeater.next();
  await nextTurn();
  strictEqual(answered, false);
  await repeater.next();
  await nextTurn();
  strictEqual(answered, true);
});

Deno.test("stop ends after what is queued, with the executor's return value", async () => {
  const { repeater, ends } = open<number>();
  const results = [repeater.next()];
  ends.push(1);
  ends.push(2);
  ends.stop();
  ends.stop(new Error("twice"));
  strictEqual(await ends.push(3), undefined);
  results.push(repeater.next(), repeater.next(), repeater.next());
  deepStrictEqual(await Promise.all(results), [value(1), value(2), done("final"), done()]);
});

Deno.test("stop with an error throws it once, after what is queued", async () => {
  const { repeater, ends } = open<number>();
  repeater.next();
  ends.push(1);
  ends.push(2);
  ends.stop(new Error("stopped"));
  deepStrictEqual(await repeater.next(), value(2));
  await rejects(repeater.next(), /stopped/);
  deepStrictEqual(await repeater.next(), done());
});

Deno.test("stop with an error rejects the first of several that wait, and finishes the others", async () => {
  const { repeater, ends } = open<number>();
  const waiting = [repeater.next(), repeater.next(), repeater.next()];
  ends.stop(new Error("stopped"));
  const results = await Promise.allSettled(waiting);
  deepStrictEqual(results.map(({ status }) => status), ["rejected", "fulfilled", "fulfilled"]);
});

for (const way of ["stop", "return", "throw"] as const) {
  Deno.test(`stop as a promise settles at ${way}`, async () => {
    const { repeater, ends } = open<number>();
    const pending = repeater.next();
    let settled = false;
    ends.stop.then(() => settled = true);
    await nextTurn();
    strictEqual(settled, false);
    if (way === "stop") ends.stop();
    if (way === "return") await repeater.return();
    if (way === "throw") await repeater.throw(new Error("x")).catch(() => {});
    await pending;
    strictEqual(settled, true);
  });
}

Deno.test("return resolves with its value, drops what is queued, and waits for the executor", async () => {
  const { repeater, ends } = open<number>();
  repeater.next();
  ends.push(1);
  ends.push(2);
  deepStrictEqual(await repeater.return("given"), done("given"));
  deepStrictEqual(await repeater.next(), done());
  strictEqual(await ends.push(3), undefined);
});

Deno.test("throw rejects with its error and ends the iteration", async () => {
  const { repeater, ends } = open<number>();
  repeater.next();
  ends.push(1);
  ends.push(2);
  await rejects(repeater.throw(new Error("thrown")), /thrown/);
  deepStrictEqual(await repeater.next(), done());
});

Deno.test("throw while a next waits ends that next, too", async () => {
  const { repeater } = open<number>();
  const waiting = repeater.next();
  await rejects(repeater.throw(new Error("thrown")), /thrown/);
  deepStrictEqual(await waiting, done("final"));
});

Deno.test("a producer that catches what is thrown in may go on", async () => {
  const repeater = new Repeater<string>(async (push, stop) => {
    try {
      await push("a");
    } catch (error) {
      await push(`caught ${error}`);
    }
    stop();
  });
  await repeater.next();
  deepStrictEqual(await repeater.throw("x"), value("caught x"));
  deepStrictEqual(await repeater.next(), done());
});

Deno.test("an executor that throws or rejects finishes the repeater with that error, once", async () => {
  const sync = new Repeater(() => {
    throw new Error("sync");
  });
  await rejects(sync.next(), /sync/);
  deepStrictEqual(await sync.next(), done());

  const late = new Repeater<number>(async (push) => {
    push(1);
    await Promise.reject(new Error("late"));
  });
  deepStrictEqual(await late.next(), value(1));
  await rejects(late.next(), /late/);
  deepStrictEqual(await late.next(), done());
});

Deno.test("a rejected promise finishes the repeater; values after it are lost", async () => {
  const { repeater, ends } = open<number>();
  const first = repeater.next();
  ends.push(1);
  ends.push(Promise.reject(new Error("pushed")));
  ends.push(3);
  deepStrictEqual(await first, value(1));
  const [second, third] = [repeater.next(), repeater.next()];
  await rejects(second, /pushed/);
  deepStrictEqual(await third, done());
});

Deno.test("a rejected promise that is never asked for is not an unhandled rejection", async () => {
  const { repeater, ends } = open<number>();
  repeater.next();
  ends.push(1);
  ends.push(Promise.reject(new Error("pushed")));
  await nextTurn();
  await repeater.return();
});

Deno.test("a repeater iterates over itself", () => {
  const repeater = new Repeater(() => {});
  strictEqual(repeater[Symbol.asyncIterator](), repeater);
});

Deno.test("what is pushed may look like a promise and be none", async () => {
  const { repeater, ends } = open<unknown>();
  const first = repeater.next();
  ends.push({ then: "not a function" });
  deepStrictEqual(await first, value({ then: "not a function" }));
  match(String(ends.push(1)), /Promise/);
});
