/** A machine that does one of everything each time it is wound up; for tests. */
import { type Static, Type } from "@sinclair/typebox";
import { assign, fromPromise, raise, sendTo, setup } from "xstate";
import { actorRef } from "./actor_ref.ts";
import { defineActor } from "./definition.ts";

const ClockworkEvent = Type.Union([
  Type.Object({ type: Type.Literal("WIND"), me: Type.String() }),
  ...["TICK", "RANG", "HEARD"].map((type) => Type.Object({ type: Type.Literal(type) })),
]);
type ClockworkEvent =
  | { type: "WIND"; me: string }
  | { type: "TICK" | "RANG" | "HEARD" };

/** Wound up it runs an effect, sets a timer, and speaks to its echo; as often as it was wound up. */
export const clockwork = defineActor({
  kind: "clockwork",
  version: 1,
  snapshotEvery: 25,
  passivateAfterMs: 300,
  events: ClockworkEvent,
  machine: setup({
    types: {
      context: {} as { me: string; turns: number; ticks: number },
      events: {} as ClockworkEvent,
    },
    actors: { spring: fromPromise(() => Promise.resolve("released")) },
    actions: { turn: assign({ turns: ({ context }) => context.turns + 1 }) },
  }).createMachine({
    context: { me: "", turns: 0, ticks: 0 },
    initial: "still",
    on: {
      TICK: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
      WIND: { actions: "turn" },
    },
    states: {
      still: {
        on: {
          WIND: {
            target: "running",
            actions: assign({ me: ({ event }) => event.me }),
          },
        },
      },
      running: { invoke: { id: "spring", src: "spring", onDone: "waiting" } },
      waiting: {
        entry: raise({ type: "RANG" }, { delay: 30, id: "bell" }),
        on: { RANG: "calling" },
      },
      calling: {
        entry: sendTo(
          ({ context }) => actorRef({ kind: "echo", id: context.me }),
          ({ context }) => ({ type: "CALL", me: context.me }),
        ),
        on: {
          HEARD: [
            {
              guard: ({ context }) => context.turns > 0,
              target: "running",
              actions: assign({ turns: ({ context }) => context.turns - 1 }),
            },
            { target: "still" },
          ],
        },
      },
    },
  }),
});

const CallEvent = Type.Object({ type: Type.Literal("CALL"), me: Type.String() });

/** Answers who has its own name. */
export const echo = defineActor({
  kind: "echo",
  version: 1,
  events: CallEvent,
  machine: setup({
    types: { events: {} as Static<typeof CallEvent> },
  }).createMachine({
    on: {
      CALL: {
        actions: sendTo(({ event }) => actorRef({ kind: "clockwork", id: event.me }), {
          type: "HEARD",
        }),
      },
    },
  }),
});
