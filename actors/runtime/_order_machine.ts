/** A machine that uses everything a machine can use; for tests. */
import { Type } from "@sinclair/typebox";
import {
  assign,
  cancel,
  emit,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import { actorRef } from "./actor_ref.ts";
import { defineActor } from "./definition.ts";

type Event =
  | { type: "ADD"; n: number }
  | { type: "PAY" }
  | { type: "FAIL" }
  | { type: "PACK" }
  | { type: "REMIND" }
  | { type: "CALM" }
  | { type: "TELL" }
  | { type: "CLOSE" };

const parcel = setup({
  types: { events: {} as { type: "SHIP" } },
}).createMachine({
  initial: "open",
  states: {
    open: { on: { SHIP: { target: "shipped", actions: sendParent({ type: "CALM" }) } } },
    shipped: { type: "final" },
  },
  output: { shipped: true },
});

const machine = setup({
  types: {
    context: {} as { total: number; paid: number; reminders: number },
    events: {} as Event,
    input: {} as { total: number } | undefined,
  },
  actors: {
    charge: fromPromise<number, { amount: number }>(({ input }) => Promise.resolve(input.amount)),
    parcel,
  },
  actions: { note: () => {} },
  delays: { patience: ({ context }) => 1000 + context.reminders },
}).createMachine({
  id: "order",
  context: ({ input }) => ({ total: input?.total ?? 0, paid: 0, reminders: 0 }),
  initial: "open",
  on: {
    CLOSE: ".closed",
    TELL: { actions: [sendTo(actorRef({ kind: "ledger", id: "main" }), { type: "TOLD" }), "note"] },
    FAIL: {
      actions: () => {
        throw new Error("never run: actions are not executed by a transition");
      },
    },
  },
  states: {
    open: {
      on: {
        ADD: {
          guard: ({ event }) => {
            if (event.n === 13) throw new Error("unlucky");
            return event.n > 0;
          },
          actions: assign({ total: ({ context, event }) => context.total + event.n }),
        },
        PAY: "paying",
        REMIND: { actions: raise({ type: "CALM" }, { delay: "patience", id: "reminder" }) },
        CALM: {
          actions: [
            cancel("reminder"),
            assign({ reminders: ({ context }) => context.reminders + 1 }),
            emit({ type: "calmed" }),
          ],
        },
        PACK: { actions: [stopChild("box"), spawnChild("parcel", { id: "box" })] },
      },
    },
    paying: {
      after: { 5000: "open" },
      invoke: {
        id: "charge",
        src: "charge",
        input: ({ context }) => ({ amount: context.total }),
        onDone: {
          target: "open",
          actions: assign({ paid: ({ context, event }) => context.paid + event.output }),
        },
        onError: "open",
      },
    },
    closed: { type: "final" },
  },
  output: ({ context }) => context,
});

const plain = (type: string) => Type.Object({ type: Type.Literal(type) });

/** The kind of that machine. */
export const order = defineActor({
  kind: "order",
  version: 2,
  machine,
  events: Type.Union([
    Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() }),
    ...["PAY", "FAIL", "PACK", "REMIND", "CALM", "TELL", "CLOSE"].map(plain),
  ]),
  upcast: (event) => event.type === "PLUS" ? { ...event, type: "ADD" } : event,
});
