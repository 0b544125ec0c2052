/**
 * The words of which the machine of a session is made: guards, actions, effects.
 *
 * @module
 */
import { assign, enqueueActions, setup } from "xstate";
import { countCall, countOnce, silent, STALL_CHECK_MS } from "./anomalies.ts";
import {
  type Call,
  isFull,
  isHalfFull,
  MAX_QUEUED,
  metricsAfter,
  type Notice,
  type Queued,
  queuedOf,
  react,
  type SessionContext,
  type SessionEmitted,
  type StepOutput,
  undecided,
  withNotice,
} from "./session_context.ts";
import type { Creation, SessionEvent } from "./session_events.ts";
import { unprovided } from "./unprovided.ts";

/** Name under which a tool call arrives that the model did not spell well. */
const MALFORMED = "tool";

/** Guards, actions, effects and delays of a session. */
export const sessionSetup = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as Creation | undefined,
    emitted: {} as SessionEmitted,
  },
  actors: {
    step: unprovided<StepOutput, { sessionId: string; messages: readonly Queued[] }>("step"),
    runTools: unprovided<
      void,
      { sessionId: string; calls: readonly Call[]; decided: SessionContext["decided"] }
    >("runTools"),
    compact: unprovided<{ usedTokens: number }, { sessionId: string; overflow: boolean }>(
      "compact",
    ),
    tellParent: unprovided<void, { sessionId: string; parentId: string; notice: Notice }>(
      "tellParent",
    ),
    spawnAgain: unprovided<void, { sessionId: string }>("spawnAgain"),
  },
  delays: { stallCheck: STALL_CHECK_MS },
  guards: {
    isCreated: ({ context }) => context.facts !== null,
    isCoordinated: ({ context }) => context.facts?.worktree !== undefined,
    hasParent: ({ context }) => context.facts?.parentId !== undefined,
    hasQueued: ({ context }) => context.queue.length > 0,
    hasRoom: ({ context }) => context.queue.length < MAX_QUEUED,
    hasNotice: ({ context }) => context.outbox.length > 0,
    isFull: ({ context }) => isFull(context),
    isHalfFull: ({ context }) => isHalfFull(context),
    isResuming: ({ context }) => context.isResuming,
    isOutOfSteps: ({ context }) => context.steps >= (context.facts?.maxSteps ?? Infinity),
    isUndecided: ({ context, event }) =>
      (event.type === "APPROVE" || event.type === "REJECT") &&
      undecided(context).some(({ callId }) => callId === event.callId),
    hasOverflowed: ({ context }) => context.overflowed,
    hasCalls: ({ context }) => context.calls.length > 0,
    isDecided: ({ context }) => undecided(context).length === 0,
    isBlocking: ({ event }) => event.type === "NOTIFY" && event.level === "blocking",
    isFinal: ({ event }) => event.type === "NOTIFY" && event.final === true,
    mustRestart: ({ context }) => context.restart,
  },
  actions: {
    enqueue: assign(({ context, event }) =>
      event.type === "MESSAGE" ? { queue: [...context.queue, queuedOf(event)] } : {}
    ),
    beginStep: assign(({ context: { steps, metrics } }) => ({
      steps: steps + 1,
      metrics: { ...metrics, silentChecks: 0 },
    })),
    takeQueue: assign(({ context }) => ({ taken: context.queue, queue: [] })),
    signOfLife: assign(({ context, event }) => ({ metrics: metricsAfter(context, event) })),
    countCall: assign(({ context, event }) => {
      if (event.type !== "TOOL_CALLED") return {};
      const metrics = countCall(context.metrics, event);
      const isMalformed = event.tool === MALFORMED;
      return {
        metrics: isMalformed ? countOnce(metrics, "malformedTools", event.callId) : metrics,
      };
    }),
    countError: assign(({ context, event }) =>
      event.type === "TOOL_FAILED"
        ? { metrics: countOnce(context.metrics, "toolErrors", event.callId) }
        : {}
    ),
    countLeak: assign(({ context, event }) =>
      event.type === "TOKEN_LEAKED"
        ? { metrics: countOnce(context.metrics, "tokenLeaks", event.messageId) }
        : {}
    ),
    countAborted: assign(({ context, event }) =>
      event.type === "INTERRUPT"
        ? { metrics: countOnce(context.metrics, "abortedMessages", event.messageId) }
        : {}
    ),
    countSilence: assign(({ context }) => ({ metrics: silent(context.metrics) })),
    // By itself it tells; it acts where a policy says so, and says that it did.
    judge: enqueueActions(({ context, enqueue }) => {
      const reaction = react(context);
      if (reaction === undefined) return;
      const { anomaly, at, action, changes } = reaction;
      enqueue.assign(changes);
      enqueue.emit({ type: "SESSION_ANOMALY", anomaly, at });
      if (action === "abort" || action === "restart") {
        enqueue.raise({ type: "ABORT", reason: anomaly.type, at });
      }
    }),
    decide: assign(({ context, event }) =>
      event.type === "APPROVE" || event.type === "REJECT"
        ? {
          decided: {
            ...context.decided,
            [event.callId]: { approved: event.type === "APPROVE", by: event.by },
          },
        }
        : {}
    ),
    giveUpCompaction: assign({ compactionFailed: true }),
    endTurn: assign({
      taken: [],
      calls: [],
      decided: {},
      steps: 0,
      isResuming: false,
      overflowed: false,
    }),
    queueNotice: assign(({ context, event }) => {
      if (event.type !== "NOTIFY") return {};
      const { level, message } = event;
      return withNotice(context, { kind: "notify", level, message });
    }),
    tellLimit: assign(({ context }) =>
      withNotice(context, { kind: "limit", level: "warning", code: "LIMIT_EXCEEDED" })
    ),
    dropNotice: assign(({ context }) => ({ outbox: context.outbox.slice(1) })),
    noteEnd: assign(({ event }) => ({ completedAt: "at" in event ? event.at : null })),
  },
});
