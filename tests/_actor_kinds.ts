/** Kinds of actors for the tests of the whole hub: a module as the configuration names it. */
import { Type } from "@sinclair/typebox";
import { assign, emit, fromCallback, setup } from "xstate";
import { defineActor } from "../actors/runtime/mod.ts";

const Add = Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() });
const plain = <T extends string>(type: T) => Type.Object({ type: Type.Literal(type) });

/** Counts, says so, and can be asked to finish. */
const tally = defineActor({
  kind: "tally",
  version: 1,
  snapshotEvery: 5,
  events: Type.Union([Add, ...["LATER", "DOZE", "FAIL", "SHOUT", "FINISH"].map(plain)]),
  machine: setup({
    types: {
      context: {} as { count: number },
      events: {} as
        | { type: "ADD"; n: number }
        | { type: "LATER" }
        | { type: "DOZE" }
        | { type: "FAIL" }
        | { type: "SHOUT" }
        | { type: "SAID" }
        | { type: "FINISH" },
      emitted: {} as { type: "counted"; count: number } | { type: "late" },
    },
    actors: {
      voice: fromCallback(({ emit, sendBack }) => {
        emit({ type: "shout" });
        sendBack({ type: "SAID" });
      }),
    },
    delays: { soon: 50, longer: 8_000 },
  }).createMachine({
    context: { count: 0 },
    initial: "open",
    states: {
      open: {
        on: {
          ADD: {
            guard: ({ event }) => {
              if (event.n === 13) throw new Error("unlucky");
              return true;
            },
            actions: [
              assign({ count: ({ context, event }) => context.count + event.n }),
              emit(({ context }) => ({ type: "counted", count: context.count })),
            ],
          },
          LATER: "waiting",
          DOZE: "dozing",
          SHOUT: "shouting",
          FINISH: "finished",
        },
      },
      waiting: { after: { soon: { target: "open", actions: emit({ type: "late" }) } } },
      dozing: { after: { longer: "open" } },
      shouting: { invoke: { src: "voice" }, on: { SAID: "open" } },
      finished: { type: "final" },
    },
    output: ({ context }) => context.count,
  }),
});

/** Nobody but who has a scope of its own may touch it. */
const safe = defineActor({
  kind: "safe",
  version: 1,
  events: plain("TURN"),
  access: {
    send: { requiredScopes: ["safe:turn"] },
    read: { requiredScopes: ["safe:look"] },
    stop: { requiredScopes: ["safe:break"] },
  },
  machine: setup({}).createMachine({
    initial: "closed",
    states: { closed: { on: { TURN: "open" } }, open: { on: { TURN: "closed" } } },
  }),
});

export default [tally, safe];
