import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { turn } from "../../testing/calls.ts";
import { deferred } from "./deferred.ts";
import { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
import { op } from "../../testing/elements.ts";

Deno.test("a subscription is gathered up to maxItems", async () => {
  async function* ticks() {
    for (let i = 0;; i++) yield await Promise.resolve(i);
  }
  const root = new WorkflowReactiveRoot(op("clock.tick", { collect: true, maxItems: 3 }), {
    invoke: () => Promise.resolve(ticks()),
  });
  deepStrictEqual((await root.start()).output, [0, 1, 2]);
});

Deno.test("a subscription that falls silent after maxItems is not waited for", async () => {
  let isOver = false;
  async function* ticks() {
    try {
      for (let i = 0; i < 2; i++) yield await Promise.resolve(i);
      await new Promise(() => {});
    } finally {
      isOver = true;
    }
  }
  const root = new WorkflowReactiveRoot(op("clock.tick", { collect: true, maxItems: 2 }), {
    invoke: () => Promise.resolve(ticks()),
  });
  deepStrictEqual((await root.start()).output, [0, 1]);
  strictEqual(isOver, true);
});

Deno.test("a subscription that is cancelled is left at its next item", async () => {
  const next = deferred<number>();
  let isOver = false;
  async function* ticks() {
    try {
      for (;;) yield await next.promise;
    } finally {
      isOver = true;
    }
  }
  const root = new WorkflowReactiveRoot(op("clock.tick", { collect: true }), {
    invoke: () => Promise.resolve(ticks()),
  });
  const result = root.start();
  await turn();
  root.abort();
  strictEqual((await result).status, "aborted");
  next.resolve(1);
  await turn();
  strictEqual(isOver, true);
});
