import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  afterAnomaly,
  alive,
  countCall,
  countOnce,
  detect,
  type Metrics,
  NO_METRICS,
  silent,
  THRESHOLDS,
} from "./anomalies.ts";

/** As it is once all counters have gone off. */
const ALL: Metrics = {
  ...NO_METRICS,
  ...{ malformedTools: 1, toolErrors: 5, silentChecks: 3, tokenLeaks: 1, abortedMessages: 2 },
  ...{ repeat: { tool: "a", inputHash: "b", count: 5 }, lastActivityAt: 9, counted: ["x"] },
};

// coordination §4.2
for (
  const [type, severity, metrics] of [
    ["MODEL_DEGRADATION", "high", { malformedTools: 1 }],
    ["HIGH_ERROR_COUNT", "medium", { toolErrors: 5 }],
    ["SESSION_STALL", "medium", { silentChecks: 3 }],
    ["TOKEN_LEAK", "medium", { tokenLeaks: 1 }],
    ["REPEATED_ABORT", "low", { abortedMessages: 2 }],
    ["TOOL_LOOP", "medium", { repeat: { tool: "a", inputHash: "b", count: 5 } }],
  ] as const
) {
  Deno.test(`detect() finds ${type}, of severity ${severity}, at its threshold`, () => {
    const found = detect({ ...NO_METRICS, ...metrics }, THRESHOLDS);
    strictEqual(found?.type, type);
    strictEqual(found?.severity, severity);
  });
}

Deno.test("detect() finds nothing one below each threshold", () => {
  const below = {
    ...{ malformedTools: 0, toolErrors: 4, silentChecks: 2, tokenLeaks: 0, abortedMessages: 1 },
    ...{ repeat: { tool: "a", inputHash: "b", count: 4 } },
  };
  strictEqual(detect({ ...NO_METRICS, ...below }, THRESHOLDS), undefined);
});

Deno.test("afterAnomaly() lets every finding be the last of its kind until it is counted again", () => {
  let metrics = ALL;
  const found: string[] = [];
  for (let one = detect(metrics, THRESHOLDS); one; one = detect(metrics, THRESHOLDS)) {
    found.push(one.type);
    metrics = afterAnomaly(metrics, one.type);
  }
  // The gravest takes all counters with it.
  deepStrictEqual(found, ["MODEL_DEGRADATION"]);
  deepStrictEqual(metrics, { ...NO_METRICS, lastActivityAt: 9, counted: ["x"] });
});

for (
  const [type, reset] of [
    ["SESSION_STALL", { silentChecks: 0 }],
    ["TOKEN_LEAK", { tokenLeaks: 0 }],
    ["REPEATED_ABORT", { abortedMessages: 0 }],
    ["TOOL_LOOP", { repeat: NO_METRICS.repeat }],
  ] as const
) {
  Deno.test(`afterAnomaly() resets after ${type} its own counter alone`, () => {
    deepStrictEqual(afterAnomaly(ALL, type), { ...ALL, ...reset });
  });
}

Deno.test("countOnce() counts a part once for each counter", () => {
  const once = countOnce(NO_METRICS, "toolErrors", "p1");
  strictEqual(countOnce(once, "toolErrors", "p1"), once);
  strictEqual(countOnce(once, "tokenLeaks", "p1").tokenLeaks, 1);
});

Deno.test("countOnce() remembers a bounded number of parts", () => {
  let metrics = NO_METRICS;
  for (let i = 0; i < 1_000; i++) metrics = countOnce(metrics, "toolErrors", `p${i}`);
  strictEqual(metrics.counted.length, 256);
  strictEqual(metrics.toolErrors, 1_000);
});

Deno.test("countCall() begins again with another tool or another input", () => {
  const twice = ["h", "h"].reduce((m, inputHash) => countCall(m, { tool: "a", inputHash }), ALL);
  strictEqual(twice.repeat.count, 2);
  strictEqual(countCall(twice, { tool: "b", inputHash: "h" }).repeat.count, 1);
});

Deno.test("alive() ends a silence, and an event that comes late does not turn time back", () => {
  const metrics = alive(silent(silent(ALL)), 5);
  strictEqual(metrics.silentChecks, 0);
  strictEqual(metrics.lastActivityAt, 9);
});
