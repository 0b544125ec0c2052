/**
 * A call that goes on after its MCP client was answered, and what came of it, for as long as that is
 * kept: at work, then completed, failed or cancelled; expired.
 *
 * The call itself runs on one node and dies with it: a call is not durable, what is known of it is.
 * Whoever looks and finds that node gone says so with `FAIL`; the task itself looks now and then, too.
 *
 * @module
 */
import { assign, setup } from "xstate";
import {
  type Look,
  LOST,
  type McpTaskContext,
  type McpTaskEvent,
  NOT_BEGUN,
  type Runner,
} from "./mcp_task_events.ts";
import { unprovided } from "./unprovided.ts";

/** How long a node may be gone before its tasks find that out by themselves. */
const CHECK_MS = 60_000;

const taskSetup = setup({
  types: { context: {} as McpTaskContext, events: {} as McpTaskEvent },
  delays: { ttl: ({ context }) => context.ttlMs, check: CHECK_MS },
  actors: {
    /** Tells whether a process is among the live nodes. */
    look: unprovided<Look, Runner>("look"),
  },
  guards: {
    isGone: (_, { isGone }: Look) => isGone,
  },
  actions: {
    begin: assign(({ event }) => {
      if (event.type !== "START") return {};
      const { owner, runner, ttlMs, at } = event;
      return { owner, runner, ttlMs, createdAt: at, updatedAt: at };
    }),
    note: assign(({ event }) => ({
      updatedAt: event.at,
      ...(event.type === "FINISH" ? { result: event.result } : {}),
      ...(event.type === "FAIL" ? { problem: event.problem } : {}),
    })),
    forget: assign({ result: null, problem: null }),
  },
});

/** How a call ends, whether or not somebody looks for its node meanwhile. */
const ENDINGS = {
  FINISH: { target: "completed", actions: "note" },
  FAIL: { target: "failed", actions: "note" },
  CANCEL: { target: "cancelled", actions: "note" },
} as const;

/** The machine of a task of MCP. */
export const mcpTask = taskSetup.createMachine({
  id: "mcp-task",
  context: NOT_BEGUN,
  initial: "new",
  states: {
    new: {
      description: "Nothing has been asked.",
      on: { START: { target: "kept", actions: "begin" } },
    },
    kept: {
      description: "Its client may ask what became of it.",
      initial: "working",
      states: {
        working: {
          description: "The call runs, on the node that has said so.",
          on: ENDINGS,
          after: { check: "checking" },
        },
        checking: {
          description: "The call runs, unless its node is gone, which is being looked at.",
          on: ENDINGS,
          invoke: {
            src: "look",
            input: ({ context }) => context.runner,
            onDone: [
              {
                guard: { type: "isGone", params: ({ event }) => event.output },
                target: "failed",
                actions: assign(({ event }) => ({ problem: LOST, updatedAt: event.output.at })),
              },
              { target: "working" },
            ],
            // Whoever asks after the task finds it out all the same.
            onError: "working",
          },
        },
        completed: { description: "There is a result, be it that the operation failed." },
        failed: { description: "There will be no result." },
        cancelled: { description: "Its client did not want it any more. A result comes too late." },
      },
      after: { ttl: "expired" },
    },
    expired: {
      description: "Nothing is kept any more.",
      type: "final",
      entry: "forget",
    },
  },
});
