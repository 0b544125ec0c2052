/**
 * The life of a session of an agent: its turns, its standing with whoever coordinates it, and what
 * its parent is told.
 *
 * Effects, to be given with `provide()`: `step` (one step of the model), `runTools`, `compact`,
 * `tellParent`, `spawnAgain`.
 *
 * @module
 */
import { and, assign, emit, not } from "xstate";
import { problemOf } from "./problem.ts";
import { BLANK, factsOf } from "./session_context.ts";
import { sessionSetup } from "./session_setup.ts";
import { turn } from "./session_turn.ts";

/** The machine of a session. */
export const session = sessionSetup.createMachine({
  id: "session",
  context: ({ input }) => ({ ...BLANK, facts: input ?? null }),
  initial: "unknown",
  states: {
    unknown: {
      description: "Nobody has created it.",
      always: { guard: "isCreated", target: "alive" },
      on: {
        CREATE: {
          target: "alive",
          actions: assign(({ event }) => ({ facts: factsOf(event) })),
        },
      },
    },
    alive: {
      type: "parallel",
      on: { DELETE: "deleted" },
      states: {
        turn,
        standing: {
          description: "How it stands with its coordinator. A main session has none.",
          initial: "deciding",
          states: {
            deciding: { always: [{ guard: "isCoordinated", target: "active" }, "main"] },
            main: { description: "No place of work was given to it." },
            active: {
              entry: emit({ type: "SESSION_STATUS", status: "active" }),
              on: {
                NOTIFY: [
                  {
                    guard: and(["hasParent", "isBlocking"]),
                    target: "failed",
                    actions: "queueNotice",
                  },
                  {
                    guard: and(["hasParent", "isFinal"]),
                    target: "completed",
                    actions: "queueNotice",
                  },
                  // Progress: it ends nothing.
                  { guard: "hasParent", actions: "queueNotice" },
                ],
                MERGED: "completed",
                ABORT: "aborted",
              },
            },
            failed: {
              description: "It cannot go on without its coordinator.",
              entry: ["noteEnd", emit({ type: "SESSION_STATUS", status: "failed" })],
              on: {
                MESSAGE: {
                  guard: "hasRoom",
                  target: "active",
                  actions: assign({ completedAt: null }),
                },
                NOTIFY: [
                  {
                    guard: and(["hasParent", "isFinal", not("isBlocking")]),
                    target: "completed",
                    actions: "queueNotice",
                  },
                  { guard: "hasParent", actions: "queueNotice" },
                ],
                MERGED: "completed",
                ABORT: "aborted",
              },
            },
            completed: {
              entry: ["noteEnd", emit({ type: "SESSION_STATUS", status: "completed" })],
              on: {
                NOTIFY: [
                  {
                    guard: and(["hasParent", "isBlocking"]),
                    target: "failed",
                    actions: "queueNotice",
                  },
                  { guard: "hasParent", actions: "queueNotice" },
                ],
                ABORT: "aborted",
              },
            },
            aborted: {
              description: "Its mapping and its place of work are gone.",
              entry: ["noteEnd", emit({ type: "SESSION_STATUS", status: "aborted" })],
            },
          },
        },
        outbox: {
          description: "What the parent is told, one after the other, whatever happens meanwhile.",
          initial: "quiet",
          states: {
            quiet: {
              always: [
                { guard: "hasNotice", target: "telling" },
                { guard: "mustRestart", target: "restarting" },
              ],
            },
            telling: {
              invoke: {
                id: "tellParent",
                src: "tellParent",
                input: ({ context: { facts, outbox: [notice] } }) => ({
                  sessionId: facts?.sessionId ?? "",
                  parentId: facts?.parentId ?? "",
                  notice: notice ?? { kind: "notify", level: "info", message: "" },
                }),
                onDone: { target: "quiet", actions: "dropNotice" },
                // A parent that cannot be told must not stop its child.
                onError: { target: "quiet", actions: "dropNotice" },
              },
            },
            restarting: {
              description: "A policy wants another try with the role's next model.",
              invoke: {
                id: "spawnAgain",
                src: "spawnAgain",
                input: ({ context }) => ({ sessionId: context.facts?.sessionId ?? "" }),
                onDone: { target: "quiet", actions: assign({ restart: false }) },
                onError: {
                  target: "quiet",
                  actions: assign(({ event }) => ({
                    restart: false,
                    problem: problemOf(event.error),
                  })),
                },
              },
            },
          },
        },
      },
    },
    deleted: { description: "Its mapping and its numbers go with it.", type: "final" },
  },
});
