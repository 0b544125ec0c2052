/** A machine whose value tells the order of its events; for tests. */
import { Type } from "@sinclair/typebox";
import { setup } from "xstate";
import { defineActor } from "./definition.ts";

const types = ["NEXT", "BACK"] as const;

/** Goes round in three colours, forwards and backwards. */
export const lamp = defineActor({
  kind: "lamp",
  version: 1,
  snapshotEvery: 40,
  events: Type.Object({ type: Type.Union(types.map((type) => Type.Literal(type))) }),
  machine: setup({
    types: { events: {} as { type: typeof types[number] } },
  }).createMachine({
    initial: "red",
    states: {
      red: { on: { NEXT: "green", BACK: "blue" } },
      green: { on: { NEXT: "blue", BACK: "red" } },
      blue: { on: { NEXT: "red", BACK: "green" } },
    },
  }),
});
