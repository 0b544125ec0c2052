import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { fromPromise, raise, setup, spawnChild } from "xstate";
import { bytesOf } from "./_simulate.ts";
import type { Action } from "./action.ts";
import { defineActor } from "./definition.ts";
import { fold } from "./fold.ts";
import { createMachineScope } from "./machine_scope.ts";
import { type Loaded, persist, restore } from "./persist.ts";
import { START } from "./record.ts";

const Named = Type.Object({ type: Type.Literal("GO"), name: Type.String() });

/** Names nothing in advance: neither its timers nor its effects. */
const kind = defineActor({
  kind: "unnamed",
  version: 1,
  events: Named,
  machine: setup({
    types: { events: {} as { type: "GO" | "LATER"; name: string } },
    actors: { task: fromPromise(() => Promise.resolve()) },
  }).createMachine({
    on: {
      GO: {
        actions: [
          raise(({ event }) => ({ type: "LATER", name: event.name }), { delay: 1_000 }),
          spawnChild("task", { id: ({ event }) => `task of ${event.name}` }),
        ],
      },
      LATER: {},
    },
  }),
});

/** Folds one commit for each name. */
function foldAll(names: readonly string[]) {
  const scope = createMachineScope(kind.machine), context = { kind, scope };
  const actions: Action[] = [];
  let loaded: Loaded = fold(context, undefined, {
    seq: 1,
    version: 1,
    events: [{ id: "start", event: START, cause: { from: "start" }, at: 0 }],
  });
  for (const [at, name] of names.entries()) {
    const command = {
      id: name,
      event: { type: "GO", name },
      cause: { from: "caller" },
      at,
    } as const;
    loaded = fold(context, loaded, { seq: at + 2, version: 1, events: [command] }, (step) => {
      actions.push(...step.actions);
    });
  }
  return { loaded, actions, scope };
}

Deno.test("timers without a name that different commits arm do not replace each other", () => {
  const { loaded: { state: { timers } }, actions } = foldAll(["a", "b", "c"]);
  deepStrictEqual([...timers.values()].map(({ event }) => event.name), ["a", "b", "c"]);
  strictEqual(actions.filter((action) => action.do === "cancel").length, 0);
});

Deno.test("spawnChild() takes its name from the event where a function gives it", () => {
  const { loaded: { state: { effects } } } = foldAll(["a", "b"]);
  deepStrictEqual([...effects.keys()], ["task of a", "task of b"]);
});

Deno.test("what is under way comes out of a snapshot as it went in, in its order", () => {
  const { loaded, scope } = foldAll(["b", "a", "c"]);
  const again = restore(persist(kind, loaded), { kind, scope });
  strictEqual(bytesOf(kind, again), bytesOf(kind, loaded));
});
