import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { dispatching, type Granted, OPEN } from "./_dispatch.ts";
import { deferred } from "./_deferred.ts";
import { manualClock } from "./_manual_clock.ts";
import { operation, subscription } from "./_operations.ts";
import type { AbortPolicy } from "./call_scope.ts";
import type { OperationContext } from "./types.ts";

const reach = (...names: string[]) => ({ scopedEnv: { allowedOps: new Set(names) } });

function aborted({ signal }: OperationContext): Promise<void> {
  ok(signal !== undefined);
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A call that stops when it is told to, and says so. */
function waiting(id: string, log: string[]): Granted {
  return [
    operation(id, async (_input, context) => {
      log.push(`${id} started`);
      await aborted(context);
      log.push(`${id} stopped`);
    }),
    {},
  ];
}

Deno.test("aborting a root aborts everything below it", async () => {
  const log: string[] = [];
  const through = (id: string, next: string, external = false): Granted => [
    operation(id, async (_input, context) => {
      await context.invoke?.(next, {}).catch(() => log.push(`${id} saw the abort`));
    }),
    external ? { ...OPEN, ...reach(next) } : reach(next),
  ];
  const started = deferred();
  const leaf: Granted = [
    operation("a.leaf", async (_input, context) => {
      started.resolve();
      await aborted(context);
      log.push("leaf stopped");
    }),
    {},
  ];
  const ended = deferred();
  const dispatcher = dispatching([
    through("a.root", "a/middle", true),
    through("a.middle", "a/leaf"),
    leaf,
  ]);
  const controller = new AbortController();
  const call = dispatcher.call({
    operation: "a/root",
    input: {},
    identity: null,
    signal: controller.signal,
    onHandlerEnd: ended.resolve,
  });
  await started.promise;
  controller.abort();
  await rejects(call, { code: "ABORTED" });
  await ended.promise;
  deepStrictEqual(log.sort(), ["a.middle saw the abort", "a.root saw the abort", "leaf stopped"]);
});

Deno.test("an already aborted signal lets nothing start", async () => {
  let ran = false;
  const dispatcher = dispatching([[operation("a.b", () => void (ran = true)), OPEN]]);
  const signal = AbortSignal.abort();
  await rejects(dispatcher.call({ operation: "a/b", input: {}, identity: null, signal }), {
    code: "ABORTED",
  });
  strictEqual(ran, false);
});

Deno.test("a child that continues finishes after its parent's abort, and no sibling starts", async () => {
  const started = deferred();
  const gate = deferred();
  const parentEnded = deferred();
  const log: string[] = [];
  const policy: AbortPolicy = "continue-running";
  const dispatcher = dispatching([
    [
      operation("a.root", async (_input, context) => {
        const child = context.invoke?.("a/child", {}, { policy });
        await aborted(context);
        await context.invoke?.("a/sibling", {}, { policy }).catch(({ code }) => log.push(code));
        gate.resolve();
        log.push(String(await child));
      }),
      { ...OPEN, ...reach("a/child", "a/sibling") },
    ],
    [
      operation("a.child", async (_input, { signal, invoke, abortPolicy }) => {
        started.resolve();
        await gate.promise;
        strictEqual(signal?.aborted, false);
        log.push(`child continues by ${abortPolicy}`);
        return await invoke?.("a/grandchild", {});
      }),
      reach("a/grandchild"),
    ],
    [operation("a.grandchild", (_input, { abortPolicy }) => abortPolicy), {}],
    [operation("a.sibling", () => void log.push("sibling started")), {}],
  ]);
  const controller = new AbortController();
  const call = dispatcher.call({
    operation: "a/root",
    input: {},
    identity: null,
    signal: controller.signal,
    onHandlerEnd: parentEnded.resolve,
  });
  await started.promise;
  controller.abort();
  await rejects(call, { code: "ABORTED" });
  await parentEnded.promise;
  deepStrictEqual(log, ["ABORTED", "child continues by continue-running", "continue-running"]);
});

for (const policy of ["abort-dependents", "continue-running"] as const) {
  Deno.test(`the root's deadline bounds a child with the policy ${policy}`, async () => {
    const clock = manualClock();
    const log: string[] = [];
    const started = deferred();
    const dispatcher = dispatching([
      [
        operation("a.root", async (_input, { invoke }) => {
          await invoke?.("a/child", {}, { policy });
        }),
        { ...OPEN, ...reach("a/child") },
      ],
      [
        operation("a.child", async (_input, context) => {
          started.resolve();
          await aborted(context);
          log.push("child stopped");
        }),
        {},
      ],
    ], { clock });
    const call = dispatcher.call({ operation: "a/root", input: {}, identity: null, timeoutMs: 50 });
    await started.promise;
    clock.advance(49);
    deepStrictEqual(log, []);
    clock.advance(1);
    await rejects(call, { code: "TIMEOUT", retryable: true });
    deepStrictEqual(log, ["child stopped"]);
  });
}

// Default 30 s; a caller may ask for less or more, up to the cap. call-protocol.md §12
for (const [asked, expected] of [[undefined, 30_000], [5, 5], [10_000_000, 600_000]] as const) {
  Deno.test(`a call that asks for ${asked ?? "no"} ms gets ${expected}`, async () => {
    const clock = manualClock(0);
    let deadline: number | null | undefined;
    const dispatcher = dispatching([
      [operation("a.b", (_input, context) => void (deadline = context.deadline)), OPEN],
    ], { clock });
    await dispatcher.call({ operation: "a/b", input: {}, identity: null, timeoutMs: asked });
    strictEqual(deadline, expected);
    strictEqual(clock.armed, 0);
  });
}

Deno.test("a subscription has no deadline unless it asks for one", async () => {
  const clock = manualClock();
  const dispatcher = dispatching([[
    subscription("a.s", async function* (_input, context) {
      await aborted(context);
      yield 1;
    }),
    OPEN,
  ]], { clock });
  const request = { operation: "a/s", input: {}, identity: null };
  const endless = await dispatcher.subscribe(request);
  strictEqual(clock.armed, 0);
  await endless.return();
  const bounded = await dispatcher.subscribe({ ...request, timeoutMs: 10 });
  const next = bounded.next();
  clock.advance(10);
  await rejects(next, { code: "TIMEOUT" });
});

Deno.test("a subscription that gives no value for too long is timed out and cancelled", async () => {
  const clock = manualClock();
  let stopped = false;
  const dispatcher = dispatching([[
    subscription("a.s", async function* (_input, context) {
      yield 1;
      await aborted(context);
      stopped = true;
    }),
    { ...OPEN, idleTimeoutMs: 100 },
  ]], { clock });
  const stream = await dispatcher.subscribe({ operation: "a/s", input: {}, identity: null });
  strictEqual((await stream.next()).value, 1);
  clock.advance(1000); // the consumer's own pauses do not count
  const next = stream.next();
  clock.advance(100);
  await rejects(next, { code: "TIMEOUT" });
  ok(stopped);
});

Deno.test("leaving a subscription aborts its handler's signal and closes its generator", async () => {
  const ended = deferred();
  const log: string[] = [];
  const dispatcher = dispatching([[
    subscription("a.s", async function* (_input, { signal }) {
      try {
        for (;;) yield 1;
      } finally {
        log.push(`closed, aborted: ${signal?.aborted}`);
      }
    }),
    OPEN,
  ]]);
  const stream = await dispatcher.subscribe({
    operation: "a/s",
    input: {},
    identity: null,
    onHandlerEnd: ended.resolve,
  });
  for await (const value of stream) {
    strictEqual(value, 1);
    break;
  }
  await ended.promise;
  deepStrictEqual(log, ["closed, aborted: true"]);
  deepStrictEqual(await stream.next(), { done: true, value: undefined });
});

Deno.test("an abort closes the source of a stream that nobody asks, and is told at the next pull", async () => {
  const clock = manualClock();
  const ended = deferred();
  let closed = false;
  const dispatcher = dispatching([[
    subscription("a.s", async function* () {
      try {
        for (let value = 1;; value++) yield value;
      } finally {
        closed = true;
      }
    }),
    OPEN,
  ]], { clock });
  const stream = await dispatcher.subscribe({
    operation: "a/s",
    input: {},
    identity: null,
    timeoutMs: 10,
    onHandlerEnd: () => ended.resolve(),
  });
  strictEqual((await stream.next()).value, 1);
  clock.advance(10);
  await ended.promise;
  ok(closed);
  await rejects(stream.next(), { code: "TIMEOUT" });
  deepStrictEqual(await stream.next(), { done: true, value: undefined });
});

Deno.test("a subscription asks its source only when its consumer asks", async () => {
  let produced = 0;
  const dispatcher = dispatching([[
    subscription("a.s", async function* () {
      for (;;) yield produced += 1;
    }),
    OPEN,
  ]]);
  const stream = await dispatcher.subscribe({ operation: "a/s", input: {}, identity: null });
  await stream.next();
  await stream.next();
  strictEqual(produced, 2);
  await stream.return();
});

Deno.test("the handler's end is told once, also for calls that were refused", async () => {
  const ends: string[] = [];
  const all = deferred();
  const dispatcher = dispatching([
    [operation("a.b", () => 1), OPEN],
    [
      subscription("a.s", async function* () {
        yield 1;
      }),
      OPEN,
    ],
  ]);
  const request = (operation: string) => ({
    operation,
    input: {},
    identity: null,
    onHandlerEnd: () => {
      ends.push(operation);
      if (ends.length === 5) all.resolve();
    },
  });
  await dispatcher.call(request("a/b"));
  await rejects(dispatcher.call(request("a/none")));
  await rejects(dispatcher.call(request("a/s")));
  await rejects(dispatcher.subscribe(request("a/b")));
  for await (const _ of await dispatcher.subscribe(request("a/s")));
  await all.promise;
  deepStrictEqual(ends, ["a/b", "a/none", "a/s", "a/b", "a/s"]);
});

Deno.test("a handler that ignores its abort does not keep its caller waiting", async () => {
  const clock = manualClock();
  const gate = deferred();
  const ended = deferred();
  let over = false;
  const dispatcher = dispatching([[operation("a.b", () => gate.promise), OPEN]], { clock });
  const call = dispatcher.call({
    operation: "a/b",
    input: {},
    identity: null,
    timeoutMs: 10,
    onHandlerEnd: () => {
      over = true;
      ended.resolve();
    },
  });
  await Promise.resolve();
  clock.advance(10);
  await rejects(call, { code: "TIMEOUT" });
  clock.advance(10_000);
  strictEqual(over, false);
  gate.resolve();
  await ended.promise;
  strictEqual(clock.armed, 0);
});

Deno.test("what a handler started and did not wait for stops when it is over", async () => {
  const log: string[] = [];
  const dispatcher = dispatching([
    [
      operation("a.root", (_input, { invoke }) => {
        invoke?.("a/child", {}).catch(({ code }) => log.push(code));
      }),
      { ...OPEN, ...reach("a/child") },
    ],
    waiting("a.child", log),
  ]);
  await dispatcher.call({ operation: "a/root", input: {}, identity: null });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  ok(log.includes("ABORTED"), log.join());
  ok(!log.includes("a.child started") || log.includes("a.child stopped"));
});

Deno.test("a context invokes nothing once its call is over", async () => {
  let kept: OperationContext | undefined;
  const dispatcher = dispatching([
    [operation("a.root", (_input, context) => void (kept = context)), { ...OPEN, ...reach("a/b") }],
    [operation("a.b", () => 1), {}],
  ]);
  await dispatcher.call({ operation: "a/root", input: {}, identity: null });
  await rejects(async () => await kept?.invoke?.("a/b", {}), { code: "ABORTED" });
});
