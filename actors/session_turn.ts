/**
 * What an agent is doing: turns of steps and tool calls, and compactions between them.
 *
 * @module
 */
import { and, assign, emit, not } from "xstate";
import { problemOf } from "./problem.ts";
import { sessionSetup } from "./session_setup.ts";

/** The region of the turns. */
export const turn = sessionSetup.createStateConfig({
  description: "What the agent is doing.",
  initial: "idle",
  states: {
    idle: {
      description: "Nothing to do: idle silence is no trouble.",
      entry: "endTurn",
      always: [
        { guard: "isFull", target: "compacting" },
        { guard: "hasQueued", target: "busy" },
      ],
      on: {
        MESSAGE: { guard: "hasRoom", actions: ["signOfLife", "enqueue"] },
        // Answered before it begins: inside of a tool call it could not begin at all.
        COMPACT: { guard: "isHalfFull", target: "compacting" },
        ABORT: { guard: "isCoordinated", target: "stopped" },
      },
    },
    busy: {
      description: "A turn: steps of the model, and the tools it calls.",
      initial: "thinking",
      on: {
        MESSAGE: { guard: "hasRoom", actions: ["signOfLife", "enqueue"] },
        INTERRUPT: { target: "idle", actions: ["signOfLife", "countAborted", "judge"] },
        ABORT: [{ guard: "isCoordinated", target: "stopped" }, { target: "idle" }],
        PROGRESS: { actions: "signOfLife" },
        TOOL_CALLED: { actions: ["signOfLife", "countCall", "judge"] },
        TOOL_FAILED: { actions: ["signOfLife", "countError", "judge"] },
        TOKEN_LEAKED: { actions: ["signOfLife", "countLeak", "judge"] },
      },
      states: {
        thinking: {
          description: "One step of the model, with all messages that have come.",
          initial: "watched",
          entry: ["takeQueue", "beginStep"],
          invoke: {
            id: "step",
            src: "step",
            input: ({ context }) => ({
              sessionId: context.facts?.sessionId ?? "",
              messages: context.taken,
            }),
            onDone: {
              target: "deciding",
              actions: assign(({ event }) => ({
                calls: event.output.calls,
                decided: {},
                usedTokens: event.output.usedTokens,
                overflowed: event.output.overflow ?? false,
                compactionFailed: false,
                problem: null,
              })),
            },
            onError: {
              target: "#session.alive.turn.idle",
              actions: assign({ problem: ({ event }) => problemOf(event.error) }),
            },
          },
          states: {
            watched: {
              description: "Silence is looked for only here: a tool has its deadline.",
              after: {
                stallCheck: {
                  target: "watched",
                  reenter: true,
                  actions: ["countSilence", "judge"],
                },
              },
            },
          },
        },
        deciding: {
          always: [
            {
              guard: "hasOverflowed",
              target: "#session.alive.turn.compacting",
              actions: assign(({ context }) => ({
                isResuming: true,
                queue: [...context.taken, ...context.queue],
              })),
            },
            {
              guard: and(["hasCalls", "isOutOfSteps"]),
              target: "#session.alive.turn.idle",
              actions: [
                "tellLimit",
                assign({
                  problem: { code: "LIMIT_EXCEEDED", message: "No step is left in this turn" },
                }),
              ],
            },
            { guard: and(["hasCalls", not("isDecided")]), target: "approving" },
            { guard: "hasCalls", target: "working" },
            { target: "#session.alive.turn.idle" },
          ],
        },
        approving: {
          description: "Somebody has to allow a call: busy, and not stalled.",
          always: { guard: "isDecided", target: "working" },
          on: {
            APPROVE: { guard: "isUndecided", actions: ["signOfLife", "decide"] },
            REJECT: { guard: "isUndecided", actions: ["signOfLife", "decide"] },
          },
        },
        working: {
          description: "The calls run; those that nobody allowed are refused.",
          invoke: {
            id: "runTools",
            src: "runTools",
            input: ({ context }) => ({
              sessionId: context.facts?.sessionId ?? "",
              calls: context.calls,
              decided: context.decided,
            }),
            onDone: [
              {
                guard: "isFull",
                target: "#session.alive.turn.compacting",
                actions: assign({ isResuming: true }),
              },
              { target: "thinking" },
            ],
            onError: {
              target: "#session.alive.turn.idle",
              actions: assign({ problem: ({ event }) => problemOf(event.error) }),
            },
          },
        },
      },
    },
    compacting: {
      description: "The agent sums up for itself; without tools.",
      on: {
        MESSAGE: { guard: "hasRoom", actions: ["signOfLife", "enqueue"] },
        INTERRUPT: { target: "idle", actions: ["signOfLife", "giveUpCompaction"] },
        ABORT: [
          { guard: "isCoordinated", target: "stopped" },
          { target: "idle", actions: "giveUpCompaction" },
        ],
      },
      invoke: {
        id: "compact",
        src: "compact",
        input: ({ context }) => ({
          sessionId: context.facts?.sessionId ?? "",
          overflow: context.overflowed,
        }),
        onDone: [
          {
            guard: "isResuming",
            target: "busy",
            actions: [
              assign(({ event }) => ({
                usedTokens: event.output.usedTokens,
                isResuming: false,
                overflowed: false,
              })),
              emit({ type: "SESSION_COMPACTED" }),
            ],
          },
          {
            target: "idle",
            actions: [
              assign(({ event }) => ({ usedTokens: event.output.usedTokens })),
              emit({ type: "SESSION_COMPACTED" }),
            ],
          },
        ],
        onError: {
          target: "idle",
          actions: assign(({ event }) => ({
            problem: problemOf(event.error),
            compactionFailed: true,
          })),
        },
      },
    },
    stopped: {
      description: "Aborted by its coordinator: it takes no message any more.",
      entry: ["endTurn", assign({ queue: [] })],
    },
  },
});
