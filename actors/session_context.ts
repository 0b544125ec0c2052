/**
 * What a session remembers, and what follows from it. Pure.
 *
 * @module
 */
import {
  afterAnomaly,
  alive,
  type Anomaly,
  detect,
  type Metrics,
  NO_METRICS,
  THRESHOLDS,
} from "./anomalies.ts";
import type { Problem } from "./problem.ts";
import type { Creation, Level, Policy, SessionEvent } from "./session_events.ts";

/** A message that no step of the model has seen. */
export interface Queued {
  readonly messageId: string;
  readonly text: string;
  readonly from?: string;
}

/** A call that the model wants, and whether it may. */
export interface Call {
  readonly callId: string;
  readonly tool: string;
  readonly rule: "always" | "ask" | "never";
}

/** What one step of the model gave. */
export interface StepOutput {
  readonly calls: readonly Call[];
  /** Of the model's context, after the step. */
  readonly usedTokens: number;
  /** The conversation did not fit: the step has to be made again after a compaction. */
  readonly overflow?: boolean;
}

/** What the parent is to hear. */
export type Notice =
  | { readonly kind: "notify"; readonly level: Level; readonly message: string }
  | { readonly kind: "limit"; readonly level: "warning"; readonly code: "LIMIT_EXCEEDED" }
  | {
    readonly kind: "anomaly";
    readonly anomaly: Anomaly;
    readonly at: number;
    /** What a policy did about it. */
    readonly action: Policy["action"];
  };

/** What a session remembers. */
export interface SessionContext {
  readonly facts: Creation | null;
  readonly queue: readonly Queued[];
  /** Those that the running step has been given. */
  readonly taken: readonly Queued[];
  readonly calls: readonly Call[];
  /** Who decided on those that had to be asked for. */
  readonly decided: Readonly<Record<string, { readonly approved: boolean; readonly by: string }>>;
  readonly steps: number;
  readonly usedTokens: number;
  /** A turn was interrupted by a compaction and goes on after it. */
  readonly isResuming: boolean;
  readonly overflowed: boolean;
  /** Not tried again before the model has made another step. */
  readonly compactionFailed: boolean;
  readonly metrics: Metrics;
  /** How often each policy has acted. */
  readonly acted: Readonly<Record<string, number>>;
  readonly outbox: readonly Notice[];
  /** To be spawned anew on the same task. */
  readonly restart: boolean;
  readonly completedAt: number | null;
  readonly problem: Problem | null;
}

/** Told to whoever watches. */
export type SessionEmitted =
  | { type: "SESSION_ANOMALY"; anomaly: Anomaly; at: number }
  | { type: "SESSION_STATUS"; status: "active" | "completed" | "failed" | "aborted" }
  | { type: "SESSION_COMPACTED" };

/** Nothing has happened so far. */
export const BLANK: SessionContext = {
  facts: null,
  queue: [],
  taken: [],
  calls: [],
  decided: {},
  steps: 0,
  usedTokens: 0,
  isResuming: false,
  overflowed: false,
  compactionFailed: false,
  metrics: NO_METRICS,
  acted: {},
  outbox: [],
  restart: false,
  completedAt: null,
  problem: null,
};

/** Messages that may wait for a turn, and notices for the parent. */
export const MAX_QUEUED = 100, MAX_OUTBOX = 100;

const POLITE = "please continue";

/** The facts in an event that creates a session. */
export function factsOf(event: Extract<SessionEvent, { type: "CREATE" }>): Creation {
  const { type: _, at: __, ...facts } = event;
  return facts;
}

/** Whether a compaction is due. */
export function isFull({ facts, usedTokens, compactionFailed }: SessionContext): boolean {
  const usable = facts?.context?.usable;
  return usable !== undefined && usedTokens >= usable && !compactionFailed;
}

/** A compaction on demand is refused below this. */
export function isHalfFull({ facts, usedTokens }: SessionContext): boolean {
  const limit = facts?.context?.limit;
  return limit !== undefined && Math.round(100 * usedTokens / limit) >= 50;
}

/** Calls on which somebody has to decide. */
export function undecided({ calls, decided }: SessionContext): readonly Call[] {
  return calls.filter(({ callId, rule }) => rule === "ask" && !Object.hasOwn(decided, callId));
}

/** Adds a notice for the parent, if there is one. */
export function withNotice(
  context: SessionContext,
  notice: Notice,
): Pick<SessionContext, "outbox"> {
  if (context.facts?.parentId === undefined) return { outbox: context.outbox };
  return { outbox: [...context.outbox, notice].slice(-MAX_OUTBOX) };
}

/** What a finding leads to. */
export interface Reaction {
  readonly anomaly: Anomaly;
  readonly at: number;
  readonly action: Policy["action"];
  readonly changes: Partial<SessionContext>;
}

/** Looks at the numbers; `undefined` when all is well. */
export function react(context: SessionContext): Reaction | undefined {
  const { metrics, facts, acted, queue } = context;
  const anomaly = detect(metrics, facts?.thresholds ?? THRESHOLDS);
  if (anomaly === undefined) return undefined;
  const { type } = anomaly, at = metrics.lastActivityAt;
  const policy = facts?.policies?.find((one) => one.type === type);
  const times = acted[type] ?? 0;
  const isDue = policy !== undefined && times < (policy.maxTimes ?? 1);
  const action = isDue ? policy.action : "notify";
  const hint = {
    messageId: `${type}/${times}`,
    text: policy?.message ?? POLITE,
    from: "detector",
  };
  const changes = {
    metrics: afterAnomaly(metrics, type),
    acted: isDue ? { ...acted, [type]: times + 1 } : acted,
    queue: action === "message" ? [...queue, hint].slice(0, MAX_QUEUED) : queue,
    restart: action === "restart",
    ...withNotice(context, { kind: "anomaly", anomaly, at, action }),
  };
  return { anomaly, at, action, changes };
}

/** Any event that bears a time is a sign of life. */
export function metricsAfter({ metrics }: SessionContext, event: { type: string }): Metrics {
  return "at" in event && typeof event.at === "number" ? alive(metrics, event.at) : metrics;
}

/** What of an event waits for the next step. */
export function queuedOf({ messageId, text, from }: Queued): Queued {
  return { messageId, text, ...(from === undefined ? {} : { from }) };
}
