/**
 * The words of which the machine of a task is made: guards, actions, effects.
 *
 * @module
 */
import { assign, emit, setup } from "xstate";
import { problemOf } from "./problem.ts";
import {
  type Assignment,
  closedGates,
  dependingOn,
  MAX_ATTEMPTS,
  missing,
  type Place,
  type TaskContext,
  type TaskEmitted,
} from "./task_context.ts";
import type { TaskEvent, TaskFacts } from "./task_events.ts";
import { unprovided } from "./unprovided.ts";

/** Guards, actions and effects of a task. */
export const taskSetup = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskFacts | undefined,
    output: {} as { taskId: string; status: "completed" | "cancelled"; attempts: number },
    emitted: {} as TaskEmitted,
    tags: {} as "pending" | "in-progress" | "awaiting-merge" | "blocked" | "failed",
  },
  actors: {
    spawn: unprovided<Place, Assignment & { attempt: number }>("spawn"),
    abort: unprovided<void, { place: Place | null; keepWorktree: boolean }>("abort"),
    merge: unprovided<{ completed: boolean }, { place: Place | null }>("merge"),
    handBack: unprovided<void, { place: Place | null; message: string }>("handBack"),
    cleanup: unprovided<void, { place: Place | null }>("cleanup"),
  },
  guards: {
    isCreated: ({ context }) => context.facts !== null,
    isDependent: ({ context }) => missing(context).length > 0,
    isHeld: ({ context }) => context.held !== null,
    isForced: ({ event }) =>
      (event.type === "START" || event.type === "MERGE") && event.force === true,
    mayTry: ({ context }) => context.attempts < MAX_ATTEMPTS,
    isReview: ({ context }) => context.facts?.level === "review",
    isClean: ({ event }) => event.type === "REVIEWED" && event.critical === 0,
    isGated: ({ context }) => closedGates(context).length > 0,
    hasPlace: ({ context }) => context.place !== null,
    isRestart: ({ context }) => context.next === "starting",
    isCancel: ({ context }) => context.next === "cancelled",
  },
  actions: {
    countMerged: assign(({ context, event }) =>
      event.type === "DEPENDENCY_MERGED"
        ? { merged: [...new Set([...context.merged, event.taskId])] }
        : {}
    ),
    depend: assign(({ context, event }) =>
      event.type === "DEPEND" ? dependingOn(context, event.on) : {}
    ),
    countGate: assign(({ context, event }) =>
      event.type === "GATE_PASSED"
        ? { passed: [...new Set([...context.passed, event.taskId])] }
        : {}
    ),
    hold: assign(({ event }) => event.type === "HOLD" ? { held: event.reason } : {}),
    release: assign({ held: null }),
    countAttempt: assign(({ context }) => ({ attempts: context.attempts + 1 })),
    planPending: assign({ next: "pending" }),
    planRestart: assign({ next: "starting" }),
    planCancel: assign({ next: "cancelled" }),
    leave: assign({ place: null }),
    noteProblem: assign(({ event }) => "error" in event ? { problem: problemOf(event.error) } : {}),
    tellReady: emit(({ context }) => ({ type: "TASK_READY", taskId: context.facts?.taskId ?? "" })),
    tellBlocked: emit(({ context }) => ({
      type: "TASK_BLOCKED",
      taskId: context.facts?.taskId ?? "",
      message: context.problem?.message ?? "",
    })),
    tellIncomplete: emit(({ context }) => ({
      type: "TASK_INCOMPLETE",
      taskId: context.facts?.taskId ?? "",
    })),
  },
});
