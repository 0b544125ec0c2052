import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import { assign, createMachine, fromPromise, log, setup } from "xstate";
import { order } from "./_order_machine.ts";
import { bytesOf, foldContext, logged, Simulation } from "./_simulate.ts";
import { defineActor } from "./definition.ts";
import { fold } from "./fold.ts";
import { type Loaded, persist, type PersistedActor, restore } from "./persist.ts";
import { type LoggedEvent, type LogRecord, START } from "./record.ts";
import { step } from "./step.ts";

/** What may happen to an actor, as a plan: the commands follow from the state they meet. */
type Happening =
  | { readonly event: { readonly type: string; readonly n?: number } }
  | { readonly from: "effect" | "timer"; readonly id: string }
  | { readonly repeat: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ n: fc.integer({ min: -1, max: 14 }) }).map(({ n }) => ({
      event: { type: "ADD", n },
    })),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom("PAY", "PACK", "REMIND", "CALM", "TELL").map((type) => ({
      event: { type },
    })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("charge").map((id) => ({ from: "effect" as const, id })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("reminder", "xstate.after.5000.order.paying").map((id) => ({
      from: "timer" as const,
      id,
    })),
  },
  { weight: 2, arbitrary: fc.nat(20).map((repeat) => ({ repeat })) },
  { weight: 1, arbitrary: fc.constant({ event: { type: "CLOSE" } }) },
);
const groups = fc.array(fc.array(happening, { minLength: 1, maxLength: 5 }), { maxLength: 30 });

/** Lets the groups happen to a new order. */
function live(plan: readonly (readonly Happening[])[]): Simulation {
  const actor = new Simulation(order, { total: 5 });
  const sent: LoggedEvent[] = [];
  let made = 0;
  for (const group of plan) {
    const commands = group.flatMap((it): LoggedEvent[] => {
      if ("repeat" in it) return [sent[it.repeat]].filter((c) => c !== undefined);
      if ("from" in it) return [actor.from(it.from, it.id)].filter((c) => c !== undefined);
      return [logged(`c${made++}`, it.event)];
    });
    sent.push(...commands);
    actor.send(...commands);
  }
  return actor;
}

function foldAll(log: readonly LogRecord[], from?: Loaded): Loaded {
  const context = foldContext(order);
  const loaded = log.reduce<Loaded | undefined>((so, record) => fold(context, so, record), from);
  ok(loaded);
  return loaded;
}

Deno.test("a log folds into the very bytes that its owner had in memory", () => {
  fc.assert(fc.property(groups, (plan) => {
    const actor = live(plan);
    strictEqual(bytesOf(order, foldAll(actor.log)), actor.bytes());
  }));
});

Deno.test("a snapshot at any point and the rest of the log give the same bytes as the whole log", () => {
  fc.assert(fc.property(groups, fc.nat(30), (plan, cut) => {
    const { log } = live(plan);
    const at = 1 + cut % log.length;
    const before = JSON.stringify(persist(order, foldAll(log.slice(0, at))));
    const persisted: PersistedActor = JSON.parse(before);
    const { kind, scope } = foldContext(order);
    const restored = restore(persisted, { kind, scope });
    const rest = log.slice(at);
    const after = rest.length === 0 ? restored : foldAll(rest, restored);
    strictEqual(bytesOf(order, after), bytesOf(order, foldAll(log)));
  }));
});

Deno.test("how commands are grouped does not change what the machine becomes", () => {
  const events = fc.array(happening, { maxLength: 40 });
  fc.assert(fc.property(events, fc.integer({ min: 1, max: 9 }), (plan, size) => {
    const plain = plan.filter((it) => "event" in it);
    const chunks = Array.from(
      { length: Math.ceil(plain.length / size) },
      (_, at) => plain.slice(at * size, (at + 1) * size),
    );
    const one = live(plain.map((it) => [it])), many = live(chunks);
    const machineOf = ({ loaded }: Simulation) => JSON.stringify(persist(order, loaded).snapshot);
    strictEqual(machineOf(many), machineOf(one));
  }));
});

Deno.test("no command id is accepted twice, however commands are grouped and repeated", () => {
  fc.assert(fc.property(groups, (plan) => {
    const ids = live(plan).log.flatMap(({ events }) => events.map(({ id }) => id));
    strictEqual(new Set(ids).size, ids.length);
  }));
});

Deno.test("a repeated command gets the first answer again, also within its own group", () => {
  const actor = new Simulation(order);
  const add = logged("a", { type: "ADD", n: 2 });
  const [first, second] = actor.send(add, add);
  const [third] = actor.send(add);
  strictEqual(first?.is, "accepted");
  strictEqual(second?.is, "repeated");
  ok(first?.is === "accepted" && third?.is === "repeated");
  deepStrictEqual(third.outcome, first.outcome);
});

/** A machine that forbids, ignores, and only acts; `SKIP` leads on without being an event of it. */
const picky = (always: boolean) =>
  defineActor({
    kind: "picky",
    version: 1,
    events: Type.Object({ type: Type.String() }),
    machine: createMachine({
      initial: "on",
      on: { FORBIDDEN: "#off", GUARDED: { guard: () => false, target: "#off" } },
      states: {
        on: {
          on: {
            FORBIDDEN: undefined,
            EMPTY: {},
            ACT: { actions: () => {} },
            LOG: { actions: log("x") },
            SAME: { actions: assign({}) },
            STAY: "on",
            LEAVE: "off",
          },
          ...(always
            ? { always: { guard: ({ event }) => event.type === "SKIP", target: "off" } }
            : {}),
        },
        off: { id: "off" },
      },
    }),
  });
const PICKED = [
  "FORBIDDEN",
  "GUARDED",
  "EMPTY",
  "ACT",
  "LOG",
  "SAME",
  "STAY",
  "LEAVE",
  "SKIP",
  "NO",
];

for (const type of PICKED) {
  for (const always of [false, true]) {
    const which = always ? "with" : "without";
    Deno.test(`a machine ${which} eventless transitions takes ${type} if XState says it can`, () => {
      const actor = new Simulation(picky(always));
      const can = actor.loaded.state.snapshot.can({ type });
      const [verdict] = actor.send(logged("a", { type }));
      strictEqual(verdict?.is === "accepted", can);
      if (verdict?.is === "refused") strictEqual(verdict.refusal.code, "ILLEGAL_STATE");
    });
  }
}

const REFUSALS = [
  ["of the wrong shape", { type: "ADD", n: "two" }, "VALIDATION_ERROR"],
  ["of an unknown type", { type: "NOPE" }, "VALIDATION_ERROR"],
  ["that is XState's own", { type: "xstate.done.actor.charge" }, "VALIDATION_ERROR"],
  ["that a guard turns down", { type: "ADD", n: -1 }, "ILLEGAL_STATE"],
  ["on which the machine fails", { type: "ADD", n: 13 }, "MACHINE_ERROR"],
] as const;

for (const [what, event, code] of REFUSALS) {
  Deno.test(`an event ${what} is refused and leaves no trace`, () => {
    const actor = new Simulation(order);
    const before = actor.bytes();
    const [verdict] = actor.send(logged("a", event));
    ok(verdict?.is === "refused");
    strictEqual(verdict.refusal.code, code);
    strictEqual(actor.bytes(), before);
    strictEqual(actor.log.length, 1);
  });
}

Deno.test("an actor that has ended takes nothing more", () => {
  const actor = new Simulation(order);
  actor.send(logged("a", { type: "CLOSE" }));
  const [verdict] = actor.send(logged("b", { type: "ADD", n: 1 }));
  ok(verdict?.is === "refused");
  match(verdict.refusal.message, /has ended/);
});

Deno.test("what a stopped effect says is stale, also when the same effect runs again", () => {
  const actor = new Simulation(order);
  actor.send(logged("a", { type: "PAY" }));
  const late = actor.from("effect", "charge");
  const timeout = actor.from("timer", "xstate.after.5000.order.paying");
  ok(late && timeout);
  actor.send(timeout);
  deepStrictEqual(actor.send(late), [{ is: "stale" }]);
  actor.send(logged("b", { type: "PAY" }));
  deepStrictEqual(actor.send(late), [{ is: "stale" }]);
  strictEqual(actor.loaded.state.effects.size, 1);
});

Deno.test("a timer that was cancelled or armed again is stale when it comes", () => {
  const actor = new Simulation(order);
  actor.send(logged("a", { type: "REMIND" }));
  const first = actor.from("timer", "reminder");
  ok(first);
  actor.send(logged("b", { type: "REMIND" }));
  deepStrictEqual(actor.send(first), [{ is: "stale" }]);
  actor.send(logged("c", { type: "CALM" }));
  strictEqual(actor.loaded.state.timers.size, 0);
});

Deno.test("an actor that ends takes its effects, timers and children with it", () => {
  const actor = new Simulation(order);
  actor.send(
    logged("a", { type: "PACK" }),
    logged("b", { type: "PAY" }),
    logged("c", { type: "CLOSE" }),
  );
  const { effects, timers, children } = actor.loaded.state;
  deepStrictEqual([effects.size, timers.size, children.size], [0, 0, 0]);
});

Deno.test("an actor that ends takes its timers with it also where the machine says nothing of them", () => {
  const actor = new Simulation(order);
  actor.send(logged("a", { type: "REMIND" }));
  strictEqual(actor.loaded.state.timers.size, 1);
  actor.send(logged("b", { type: "CLOSE" }));
  strictEqual(actor.loaded.state.timers.size, 0);
});

Deno.test("what an assignment spawns is under way, though XState returns no action for it", () => {
  const machine = setup({ actors: { work: fromPromise(() => Promise.resolve(1)) } }).createMachine({
    context: {},
    on: {
      GO: {
        actions: assign(({ spawn }) => {
          spawn("work", { id: "mine" });
          return {};
        }),
      },
    },
  });
  const kind = defineActor({ kind: "spawner", version: 1, machine, events: Type.Object({}) });
  const actor = new Simulation(kind);
  actor.send(logged("a", { type: "GO" }));
  deepStrictEqual([...actor.loaded.state.effects.keys()], ["mine"]);
});

Deno.test("a parent that wants to hear of every change does, whoever caused it", () => {
  const context = foldContext(order);
  const cause = { from: "start", parent: { address: "box/a", id: "b", sync: true } } as const;
  const start = {
    logged: logged("start", START, cause),
    position: { commit: { seq: 1 }, index: 0 },
  };
  const machine = order.machine;
  const { state } = step({ ...context, machine }, undefined, start);
  const add = logged("a", { type: "ADD", n: 1 });
  const position = { commit: { seq: 2 }, index: 0 };
  const { actions } = step({ ...context, machine }, state, { logged: add, position });
  deepStrictEqual(
    actions.map((one) => one.do === "send" && [one.target.to, one.event.type]),
    [["parent", "xstate.snapshot.b"]],
  );
});

Deno.test("old events are folded as this version understands them", () => {
  const old = { seq: 2, version: 1, events: [logged("a", { type: "PLUS", n: 4 })] };
  const { loaded } = new Simulation(order);
  const after = fold(foldContext(order), loaded, old);
  strictEqual(after.state.snapshot.context.total, 4);
});

Deno.test("a log that a newer version wrote is refused with both versions", () => {
  const { loaded } = new Simulation(order);
  const newer = { seq: 2, version: 3, events: [logged("a", { type: "PAY" })] };
  throws(() => fold(foldContext(order), loaded, newer), /version 3 of order.*version 2/);
});
