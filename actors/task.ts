/**
 * The life of a coordinated task: from its dependencies to its merge, in at most five attempts.
 *
 * Effects, to be given with `provide()`: `spawn` (worktree, session and mapping, all or none),
 * `abort`, `merge`, `handBack` (a message to the session), `cleanup`.
 *
 * @module
 */
import { and, assign, emit, not } from "xstate";
import { problemOf } from "./problem.ts";
import { assignmentOf, BLANK, factsOf } from "./task_context.ts";
import { taskSetup } from "./task_setup.ts";

/** The session that has worked on it is told what is wrong, and goes on. */
const backToWork = taskSetup.createStateConfig({
  tags: "in-progress",
  invoke: {
    id: "handBack",
    src: "handBack",
    input: ({ context }) => ({ place: context.place, message: context.problem?.message ?? "" }),
    onDone: { target: "active", actions: assign({ problem: null }) },
    onError: { target: "blocked", actions: "noteProblem" },
  },
});

/** The machine of a task; its tags are the status that others see (coordination §7.2). */
export const task = taskSetup.createMachine({
  id: "task",
  context: ({ input }) => ({ ...BLANK, facts: input ?? null }),
  output: ({ context }) => ({
    taskId: context.facts?.taskId ?? "",
    status: context.next === "cancelled" ? "cancelled" : "completed",
    attempts: context.attempts,
  }),
  initial: "unknown",
  states: {
    unknown: {
      description: "Nobody has created it.",
      always: { guard: "isCreated", target: "live" },
      on: {
        CREATE: { target: "live", actions: assign(({ event }) => ({ facts: factsOf(event) })) },
      },
    },
    live: {
      initial: "pending",
      on: {
        DEPENDENCY_MERGED: { actions: "countMerged" },
        GATE_PASSED: { actions: "countGate" },
        DEPEND: { actions: "depend" },
        HOLD: { actions: "hold" },
        RELEASE: { guard: "isHeld", actions: "release" },
        CANCEL: [
          { guard: "hasPlace", target: ".givingUp", actions: "planCancel" },
          { target: "#task.cancelled", actions: "planCancel" },
        ],
      },
      states: {
        pending: {
          tags: "pending",
          initial: "deciding",
          on: {
            DEPENDENCY_MERGED: { target: ".deciding", actions: "countMerged" },
            DEPEND: { target: ".deciding", actions: "depend" },
            HOLD: { target: ".deciding", actions: "hold" },
            RELEASE: { guard: "isHeld", target: ".deciding", actions: "release" },
          },
          states: {
            deciding: {
              always: [
                { guard: "isDependent", target: "waiting" },
                { guard: "isHeld", target: "held" },
                { target: "ready" },
              ],
            },
            waiting: {
              description: "A dependency is not completed and merged: nothing starts it.",
            },
            held: {
              description: "To be decomposed first, or otherwise kept back, unless forced.",
              on: {
                START: { guard: and(["isForced", "mayTry"]), target: "#task.live.starting" },
              },
            },
            ready: {
              description: "Its dependencies are merged: any coordinator may start it.",
              entry: "tellReady",
              on: { START: { guard: "mayTry", target: "#task.live.starting" } },
            },
          },
        },
        starting: {
          description: "Worktree, session and mapping are made: after a crash all of it or none.",
          tags: "in-progress",
          entry: "countAttempt",
          invoke: {
            id: "spawn",
            src: "spawn",
            input: ({ context }) => ({ ...assignmentOf(context), attempt: context.attempts }),
            onDone: {
              target: "active",
              actions: assign(({ event }) => ({ place: event.output, problem: null })),
            },
            // Rolled back: nothing is left of it.
            onError: {
              target: "pending",
              actions: "noteProblem",
            },
          },
          on: {
            // Whether there is a place to give up is not known before it ends.
            CANCEL: undefined,
          },
        },
        active: {
          description: "A session works on it.",
          tags: "in-progress",
          on: {
            FINAL: { guard: not("isReview"), target: "awaitingMerge" },
            REVIEWED: [
              { guard: and(["isReview", "isClean"]), target: "awaitingMerge" },
              {
                guard: "isReview",
                target: "failed",
                actions: assign(({ event }) => ({
                  problem: { code: "CRITICAL_FINDINGS", message: String(event.critical) },
                })),
              },
            ],
            BLOCKING: {
              target: "blocked",
              actions: assign(({ event }) => ({
                problem: { code: "BLOCKING", message: event.message },
              })),
            },
            RESTART: { guard: "mayTry", target: "givingUp", actions: "planRestart" },
            ABORT: { target: "givingUp", actions: "planPending" },
          },
        },
        blocked: {
          description: "Its worker stopped safely and needs its coordinator.",
          tags: "blocked",
          entry: "tellBlocked",
          on: {
            RESUME: {
              guard: and(["mayTry", not("isDependent")]),
              target: "resuming",
              actions: assign(({ event }) => ({
                problem: { code: "RESUME", message: event.message },
              })),
            },
            FAIL: {
              target: "failed",
              actions: assign(({ event }) => ({
                problem: { code: "FAILED", message: event.reason },
              })),
            },
            RESTART: {
              guard: and(["mayTry", not("isDependent")]),
              target: "givingUp",
              actions: "planRestart",
            },
            ABORT: { target: "givingUp", actions: "planPending" },
          },
        },
        resuming: {
          description: "The session is told what its coordinator found; this is an attempt, too.",
          ...backToWork,
          entry: "countAttempt",
        },
        awaitingMerge: {
          description: "Its branch is done; its reviews must be. One branch is merged at a time.",
          tags: "awaiting-merge",
          on: {
            MERGE: [
              { guard: not("isGated"), target: "merging" },
              { guard: "isForced", target: "merging" },
            ],
            BLOCKING: {
              target: "blocked",
              actions: assign(({ event }) => ({
                problem: { code: "BLOCKING", message: event.message },
              })),
            },
            ABORT: { target: "givingUp", actions: "planPending" },
          },
        },
        merging: {
          tags: "awaiting-merge",
          invoke: {
            id: "merge",
            src: "merge",
            input: ({ context }) => ({ place: context.place }),
            onDone: [
              {
                guard: function isCompleted({ event }) {
                  return event.output.completed;
                },
                target: "cleaning",
              },
              // Merged, but its own file does not say so: it stays open and that is reported.
              { target: "active", actions: "tellIncomplete" },
            ],
            onError: [
              {
                guard: function isConflict({ event }) {
                  return problemOf(event.error).code === "MERGE_CONFLICT";
                },
                target: "handingBack",
                actions: "noteProblem",
              },
              {
                target: "awaitingMerge",
                actions: "noteProblem",
              },
            ],
          },
          // A merge is not left half done.
          on: { CANCEL: undefined },
        },
        handingBack: {
          description: "Whoever wrote it resolves the conflict, never the coordinator.",
          ...backToWork,
        },
        cleaning: {
          description:
            "Merged for good; worktree, branch and mapping go. To fail there is a warning.",
          tags: "awaiting-merge",
          invoke: {
            id: "cleanup",
            src: "cleanup",
            input: ({ context }) => ({ place: context.place }),
            onDone: "#task.completed",
            onError: {
              target: "#task.completed",
              actions: "noteProblem",
            },
          },
          on: { CANCEL: undefined },
        },
        givingUp: {
          description: "Its session is aborted; the worktree stays where another try begins there.",
          tags: "in-progress",
          invoke: {
            id: "abort",
            src: "abort",
            input: ({ context }) => ({
              place: context.place,
              keepWorktree: context.next === "starting",
            }),
            onDone: [
              { guard: "isCancel", target: "#task.cancelled" },
              { guard: "isRestart", target: "starting" },
              { target: "pending" },
            ],
            onError: [
              { guard: "isCancel", target: "#task.cancelled", actions: "noteProblem" },
              { guard: "isRestart", target: "starting", actions: "noteProblem" },
              { target: "pending", actions: "noteProblem" },
            ],
          },
          exit: "leave",
          on: { CANCEL: { actions: "planCancel" } },
        },
        failed: {
          description:
            "Given up for now, or a review with critical findings: dependents stay closed.",
          tags: "failed",
          on: {
            RETRY: [
              {
                guard: and(["mayTry", "hasPlace"]),
                target: "givingUp",
                actions: "planPending",
              },
              { guard: "mayTry", target: "pending" },
            ],
            ABORT: { guard: "hasPlace", target: "givingUp", actions: "planPending" },
          },
        },
      },
    },
    completed: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "TASK_ENDED",
        taskId: context.facts?.taskId ?? "",
        status: "completed",
      })),
    },
    cancelled: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "TASK_ENDED",
        taskId: context.facts?.taskId ?? "",
        status: "cancelled",
      })),
    },
  },
});
