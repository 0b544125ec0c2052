import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { dispatching, OPEN, who } from "./_dispatch.ts";
import { operation } from "./_operations.ts";
import type { ObservedCall } from "./dispatch_types.ts";
import { CallError } from "./error.ts";
import { continueTrace } from "./trace.ts";

Deno.test("an observer is told of calls that are refused as of others, but not of what there is not", async () => {
  const seen: unknown[] = [];
  const dispatcher = dispatching([
    [operation("a.open", () => 5), OPEN],
    [
      { ...operation("a.closed", () => 5), accessControl: { requiredScopes: ["x"] } },
      { visibility: "external" },
    ],
  ], {
    observe: ({ operation }) => (error, output) => seen.push([operation, error?.code, output]),
  });
  const ask = (operation: string) => dispatcher.call({ operation, input: {}, identity: null });
  strictEqual(await ask("a/open"), 5);
  await rejects(ask("a/closed"), { code: "ACCESS_DENIED" });
  await rejects(ask("a/none"), { code: "OPERATION_NOT_FOUND" });
  deepStrictEqual(seen, [["a.open", undefined, 5], ["a.closed", "ACCESS_DENIED", undefined]]);
});

Deno.test("a call stands where its caller says in the trace, and what it makes stands below it", async () => {
  const seen: ObservedCall[] = [];
  const dispatcher = dispatching([
    [
      operation("a.outer", async (_input, { invoke, trace }) => {
        await invoke?.("a/inner", {});
        return trace?.spanId;
      }),
      { ...OPEN, scopedEnv: { allowedOps: new Set(["a/inner"]) } },
    ],
    [
      operation("a.inner", () => {
        throw new CallError("TIMEOUT", "slow");
      }),
      {},
    ],
    [operation("a.alone", (_input, { trace }) => trace?.traceId), OPEN],
  ], {
    observe(call) {
      seen.push(call);
      return () => undefined;
    },
  });
  const common = { input: {}, identity: who() };
  const trace = continueTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1");
  await rejects(dispatcher.call({ ...common, operation: "a/outer", trace }), { code: "TIMEOUT" });
  const [outer, inner] = seen.map((call) => call.trace);
  deepStrictEqual(outer, trace);
  deepStrictEqual(inner, {
    ...{ traceId: trace.traceId, flags: "01", state: "a=1", parentSpanId: trace.spanId },
    spanId: inner?.spanId,
  });
  match(inner?.spanId ?? "", /^[0-9a-f]{16}$/);
  // Who says nothing begins a trace.
  strictEqual(await dispatcher.call({ ...common, operation: "a/alone" }), seen[2]?.trace.traceId);
  strictEqual(seen[2]?.trace.parentSpanId, undefined);
});
