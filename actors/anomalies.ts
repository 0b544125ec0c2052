/**
 * What is wrong with a session, told from what it does (coordination §4). Pure, no clock: silence is
 * counted in checks.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";

/** Kinds of trouble. */
export const ANOMALIES = [
  "MODEL_DEGRADATION",
  "HIGH_ERROR_COUNT",
  "SESSION_STALL",
  "TOKEN_LEAK",
  "REPEATED_ABORT",
  "TOOL_LOOP",
] as const;

/** One of them. */
export const AnomalyType = Type.Union(ANOMALIES.map((type) => Type.Literal(type)));
export type AnomalyType = Static<typeof AnomalyType>;

/** How often each has to happen; 0 switches it off. */
export const Thresholds = Type.Object({
  malformedTools: Type.Integer({ minimum: 0 }),
  toolErrors: Type.Integer({ minimum: 0 }),
  /** Checks in a row that found silence. */
  silentChecks: Type.Integer({ minimum: 0 }),
  tokenLeaks: Type.Integer({ minimum: 0 }),
  abortedMessages: Type.Integer({ minimum: 0 }),
  repeatedCalls: Type.Integer({ minimum: 0 }),
}, { additionalProperties: false });
export type Thresholds = Static<typeof Thresholds>;

/** Between two looks at a session that is busy. */
export const STALL_CHECK_MS = 30_000;

/** The third check finds more than a minute of silence, whenever the last sign of life was. */
export const THRESHOLDS: Thresholds = {
  malformedTools: 1,
  toolErrors: 5,
  silentChecks: 3,
  tokenLeaks: 1,
  abortedMessages: 2,
  repeatedCalls: 5,
};

/** What is counted of one session. */
export interface Metrics {
  readonly malformedTools: number;
  readonly toolErrors: number;
  readonly silentChecks: number;
  readonly tokenLeaks: number;
  readonly abortedMessages: number;
  readonly lastActivityAt: number;
  readonly repeat: { readonly tool: string; readonly inputHash: string; readonly count: number };
  /** Parts and messages that are counted already, the latest ones. */
  readonly counted: readonly string[];
}

/** One finding. */
export interface Anomaly {
  readonly type: AnomalyType;
  readonly severity: "high" | "medium" | "low";
  readonly count: number;
}

/** Nothing has happened so far. */
export const NO_METRICS: Metrics = {
  malformedTools: 0,
  toolErrors: 0,
  silentChecks: 0,
  tokenLeaks: 0,
  abortedMessages: 0,
  lastActivityAt: 0,
  repeat: { tool: "", inputHash: "", count: 0 },
  counted: [],
};

/** Parts of one turn that may be told twice; a turn with more of them in flight there is not. */
const REMEMBERED = 256;

/** Everything that happens is a sign of life. */
export function alive(metrics: Metrics, at: number): Metrics {
  return { ...metrics, silentChecks: 0, lastActivityAt: Math.max(metrics.lastActivityAt, at) };
}

/** A check has found nothing new. */
export function silent(metrics: Metrics): Metrics {
  return { ...metrics, silentChecks: metrics.silentChecks + 1 };
}

type Counter = "malformedTools" | "toolErrors" | "tokenLeaks" | "abortedMessages";

/** Counts what concerns `id`, a part or a message, once: it may be told of many times. */
export function countOnce(metrics: Metrics, counter: Counter, id: string): Metrics {
  const key = `${counter}/${id}`;
  if (metrics.counted.includes(key)) return metrics;
  const counted = [...metrics.counted, key].slice(-REMEMBERED);
  return { ...metrics, [counter]: metrics[counter] + 1, counted };
}

/** One more tool call: the same one as before, or another. */
export function countCall(metrics: Metrics, call: { tool: string; inputHash: string }): Metrics {
  const { tool, inputHash } = call, last = metrics.repeat;
  const isSame = last.tool === tool && last.inputHash === inputHash;
  return { ...metrics, repeat: { tool, inputHash, count: isSame ? last.count + 1 : 1 } };
}

/** What the numbers amount to, if to anything: the gravest first. */
export function detect(metrics: Metrics, thresholds: Thresholds): Anomaly | undefined {
  const findings: readonly [AnomalyType, Anomaly["severity"], count: number, threshold: number][] =
    [
      ["MODEL_DEGRADATION", "high", metrics.malformedTools, thresholds.malformedTools],
      ["HIGH_ERROR_COUNT", "medium", metrics.toolErrors, thresholds.toolErrors],
      ["SESSION_STALL", "medium", metrics.silentChecks, thresholds.silentChecks],
      ["TOKEN_LEAK", "medium", metrics.tokenLeaks, thresholds.tokenLeaks],
      ["TOOL_LOOP", "medium", metrics.repeat.count, thresholds.repeatedCalls],
      ["REPEATED_ABORT", "low", metrics.abortedMessages, thresholds.abortedMessages],
    ];
  const found = findings.find(([, , count, threshold]) => threshold > 0 && count >= threshold);
  return found && { type: found[0], severity: found[1], count: found[2] };
}

/** Counting starts again: for some all of it, for the others their own counter. */
export function afterAnomaly(metrics: Metrics, type: AnomalyType): Metrics {
  const { lastActivityAt, counted } = metrics;
  switch (type) {
    case "MODEL_DEGRADATION":
    case "HIGH_ERROR_COUNT":
      return { ...NO_METRICS, lastActivityAt, counted };
    case "SESSION_STALL":
      return { ...metrics, silentChecks: 0 };
    case "TOKEN_LEAK":
      return { ...metrics, tokenLeaks: 0 };
    case "REPEATED_ABORT":
      return { ...metrics, abortedMessages: 0 };
    case "TOOL_LOOP":
      return { ...metrics, repeat: NO_METRICS.repeat };
  }
}
