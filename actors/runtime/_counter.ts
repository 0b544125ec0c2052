/** The smallest machine that counts; for tests. */
import { Type } from "@sinclair/typebox";
import { assign, setup } from "xstate";
import { defineActor } from "./definition.ts";

/** Counts what it is sent. */
export const counter = defineActor({
  kind: "counter",
  version: 1,
  snapshotEvery: 50,
  events: Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() }),
  machine: setup({
    types: { context: {} as { count: number }, events: {} as { type: "ADD"; n: number } },
  }).createMachine({
    context: { count: 0 },
    on: { ADD: { actions: assign({ count: ({ context, event }) => context.count + event.n }) } },
  }),
});
