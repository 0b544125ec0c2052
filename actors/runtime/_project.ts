/** Machines that need each other, and everything that may be under way at once; for tests. */
import { type Static, Type } from "@sinclair/typebox";
import { assign, fromPromise, sendTo, setup } from "xstate";
import { actorRef } from "./actor_ref.ts";
import { defineActor } from "./definition.ts";

type Number = { n: number };

const leaf = setup({
  types: { input: {} as Number, context: {} as Number, output: {} as Number },
}).createMachine({
  context: ({ input }) => input,
  initial: "thinking",
  states: { thinking: { after: { 20: "done" } }, done: { type: "final" } },
  output: ({ context }) => ({ n: context.n * 2 }),
});

const middle = setup({
  types: { input: {} as Number, context: {} as Number, output: {} as Number },
  actors: { leaf },
}).createMachine({
  context: ({ input }) => input,
  initial: "asking",
  states: {
    asking: {
      invoke: {
        src: "leaf",
        input: ({ context }) => ({ n: context.n + 1 }),
        onDone: { target: "done", actions: assign({ n: ({ event }) => event.output.n }) },
      },
    },
    done: { type: "final" },
  },
  output: ({ context }) => ({ n: context.n }),
});

const ProjectEvent = Type.Union([
  Type.Object({ type: Type.Literal("GO"), me: Type.String(), ledger: Type.String() }),
  Type.Object({ type: Type.Literal("THANKS") }),
]);
type ProjectEvent = Static<typeof ProjectEvent>;

const projects = setup({
  types: {
    context: {} as { me: string; ledger: string; result: number; paid: number },
    events: {} as ProjectEvent,
  },
  actors: {
    middle,
    charge: fromPromise<Number, Number>(({ input }) => Promise.resolve({ n: input.n })),
  },
});

const note = (n: number) =>
  projects.sendTo(
    ({ context }) => actorRef({ kind: "ledger", id: context.ledger }),
    ({ context }) => ({ type: "NOTE", n, from: context.me }),
  );

/** Asks its child, which asks its own; pays for the answer; tells the ledger; waits for its thanks. */
export const project = defineActor({
  kind: "project",
  version: 1,
  events: ProjectEvent,
  machine: projects.createMachine({
    context: { me: "", ledger: "", result: 0, paid: 0 },
    initial: "idle",
    states: {
      idle: {
        on: {
          GO: {
            target: "asking",
            actions: assign(({ event }) => ({ me: event.me, ledger: event.ledger })),
          },
        },
      },
      asking: {
        invoke: {
          src: "middle",
          input: { n: 1 },
          onDone: { target: "paying", actions: assign({ result: ({ event }) => event.output.n }) },
        },
      },
      paying: {
        invoke: {
          src: "charge",
          input: ({ context }) => ({ n: context.result }),
          onDone: { target: "telling", actions: assign({ paid: ({ event }) => event.output.n }) },
        },
      },
      telling: { entry: [note(1), note(2), note(3)], on: { THANKS: "finished" } },
      finished: {},
    },
  }),
});

const NoteEvent = Type.Object({
  type: Type.Literal("NOTE"),
  n: Type.Integer(),
  from: Type.String(),
});
type NoteEvent = Static<typeof NoteEvent>;

/** Notes what it is told, and thanks for the third note. */
export const ledger = defineActor({
  kind: "ledger",
  version: 1,
  events: NoteEvent,
  machine: setup({
    types: { context: {} as { notes: number[] }, events: {} as NoteEvent },
  }).createMachine({
    context: { notes: [] },
    on: {
      NOTE: {
        actions: [
          assign({ notes: ({ context, event }) => [...context.notes, event.n] }),
          sendTo(({ event }) => actorRef({ kind: "project", id: event.from }), ({ event }) => (
            { type: event.n === 3 ? "THANKS" : "IGNORED" }
          )),
        ],
      },
    },
  }),
});
