/** The machine of the benchmarks: two states, a guard, an assignment. */
import { Type } from "@sinclair/typebox";
import { assign, setup } from "xstate";
import { type Command, defineActor } from "../actors/runtime/mod.ts";

/** A counter, as in the documentation. */
export const benchCounter = defineActor({
  kind: "bench",
  version: 1,
  events: Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() }),
  machine: setup({
    types: { context: {} as { count: number }, events: {} as { type: "ADD"; n: number } },
    guards: { isPositive: ({ event }) => event.n > 0 },
  }).createMachine({
    context: { count: 0 },
    initial: "on",
    states: {
      on: {
        on: {
          ADD: {
            guard: "isPositive",
            actions: assign({ count: ({ context, event }) => context.count + event.n }),
          },
        },
      },
    },
  }),
});

/** A command of its own that adds one. */
export function addOne(): Command {
  const id = crypto.randomUUID();
  return { id, event: { type: "ADD", n: 1 }, cause: { from: "caller" } };
}
