import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { assign, setup } from "xstate";
import { order } from "../_order_machine.ts";
import { counter } from "../_counter.ts";
import { bytesOf, foldContext, logged, Simulation } from "../_simulate.ts";
import type { ActorKind } from "../definition.ts";
import { orders } from "./_logs.ts";
import {
  type Change,
  changesBetween,
  createCapsule,
  createReplayer,
  createVerification,
  isSound,
  parseCapsule,
  parseEdits,
  parsePlace,
  placeText,
  replayCapsule,
  stateView,
  whatIf,
} from "./mod.ts";

const ADDRESS = { kind: "order", id: "a" };

// --- places -------------------------------------------------------------------------------------

Deno.test("a place is read as it is spelled, and its index may be left out", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(255), (seq, index) => {
    deepStrictEqual(parsePlace(placeText({ seq, index })), { seq, index });
  }));
  deepStrictEqual(parsePlace("12"), { seq: 12, index: 0 });
});

for (const text of ["", "a", "1.", ".1", "-1.0", "1.0.0", "1e3", " 1.0"]) {
  Deno.test(`parsePlace() refuses ${JSON.stringify(text)}`, () => {
    throws(() => parsePlace(text), RangeError);
  });
}

// --- changes ------------------------------------------------------------------------------------

/** Does to a value what the changes say. */
function applied(value: unknown, changes: readonly Change[]): unknown {
  const root = { "": structuredClone(value) };
  // Items that go leave from the end, so that those before them keep their places.
  for (const change of [...changes].sort((a, b) => b.path.localeCompare(a.path, "en"))) {
    const keys = ["", ...change.path.split("/").slice(1)]
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    const holder = keys.reduce<object>((at, key) => Reflect.get(at, key), root);
    if ("after" in change) Reflect.defineProperty(holder, last, { value: change.after, ...OPEN });
    else Reflect.deleteProperty(holder, last);
  }
  return root[""];
}
const OPEN = { writable: true, enumerable: true, configurable: true };

Deno.test("changes, applied to what was before, give what came after", () => {
  const json = fc.object({ maxDepth: 3, maxKeys: 4, withNullPrototype: false })
    .map((value) => JSON.parse(JSON.stringify(value)));
  const withoutArrays = json.filter((value) => !JSON.stringify(value).includes("["));
  fc.assert(fc.property(withoutArrays, withoutArrays, (before, after) => {
    deepStrictEqual(applied(before, changesBetween(before, after)), after);
  }));
});

Deno.test("equal values have no changes, and no two changes have the same path", () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(fc.property(json, json, (before, after) => {
    deepStrictEqual(changesBetween(before, structuredClone(before)), []);
    const paths = changesBetween(before, after).map(({ path }) => path);
    strictEqual(new Set(paths).size, paths.length);
    strictEqual(paths.length === 0, isDeepStrictEqual(before, after));
  }));
});

const changeRows: readonly [string, unknown, unknown, Change[]][] = [
  ["an item that came", [1], [1, 2], [{ path: "/1", after: 2 }]],
  ["a key with a slash", { "a/b": 1 }, { "a/b": 2 }, [{ path: "/a~1b", before: 1, after: 2 }]],
  ["an object in place of an array", { a: [] }, { a: {} }, [{ path: "/a", before: [], after: {} }]],
  ["null in place of an object", {}, null, [{ path: "", before: {}, after: null }]],
];
for (const [what, before, after, changes] of changeRows) {
  Deno.test(`changesBetween() tells of ${what}`, () => {
    deepStrictEqual(changesBetween(before, after), changes);
  });
}

// --- replaying ----------------------------------------------------------------------------------

Deno.test("a replay ends in the very bytes that the owner had, and each step begins where the last ended", () => {
  fc.assert(fc.property(orders, ({ log, context, loaded }) => {
    const replayer = createReplayer(context);
    const steps = log.flatMap((record) => replayer.take(record));
    ok(replayer.loaded);
    strictEqual(bytesOf(order, replayer.loaded), bytesOf(order, loaded));
    strictEqual(steps.length, loaded.state.count);
    for (const [at, step] of steps.entries()) strictEqual(step.before, steps[at - 1]?.after);
    strictEqual(steps.at(-1)?.after, replayer.view);
  }));
});

Deno.test("a step says where its event stands, what it changed, what it emitted and what it asked for", () => {
  const actor = new Simulation(order);
  actor.send(logged("a", { type: "CALM" }), logged("b", { type: "PAY" }));
  const replayer = createReplayer(foldContext(order));
  const [, calm, pay] = actor.log.flatMap((record) => replayer.take(record));
  deepStrictEqual(calm?.at, { seq: 4, index: 0 });
  deepStrictEqual(calm?.changes, [{ path: "/reminders", before: 0, after: 1 }]);
  deepStrictEqual(calm?.emitted, [{ type: "calmed" }]);
  deepStrictEqual(pay?.at, { seq: 4, index: 1 });
  deepStrictEqual([pay?.before?.value, pay?.after.value], ["open", "paying"]);
  ok(pay?.actions.includes("startEffect"));
});

// --- what if ------------------------------------------------------------------------------------

Deno.test("a log with an event changed into itself goes the same way", () => {
  fc.assert(fc.property(orders, fc.nat(), ({ log, context, loaded }, which) => {
    const places = log.flatMap(({ seq, events }) =>
      events.map(({ event }, index) => ({ change: placeText({ seq, index }), event }))
    ).slice(1);
    const edit = places[which % Math.max(places.length, 1)];
    fc.pre(edit !== undefined);
    const { actual, other, untaken } = whatIf(log, { ...context, self: ADDRESS, edits: [edit] });
    deepStrictEqual(untaken, []);
    deepStrictEqual(other, actual);
    deepStrictEqual(actual, stateView(order, loaded.state));
  }));
});

Deno.test("an order whose payment is dropped has no use for what its charge said", () => {
  const actor = new Simulation(order, { total: 5 });
  actor.send(logged("pay", { type: "PAY" }));
  const done = actor.from("effect", "charge");
  ok(done);
  actor.send(done);
  actor.send(logged("add", { type: "ADD", n: 2 }));
  const options = { ...actor.context, self: ADDRESS, edits: parseEdits([{ drop: "4.0" }]) };
  const { actual, other, untaken } = whatIf(actor.log, options);
  deepStrictEqual(actual.context, { total: 7, paid: 1, reminders: 0 });
  deepStrictEqual(other.context, { total: 7, paid: 0, reminders: 0 });
  deepStrictEqual(untaken.map(({ at, why }) => [at, why]), [
    [{ seq: 7, index: 0 }, "what it tells of is not under way"],
  ]);
});

Deno.test("an event put in is refused where the runtime would have refused it", () => {
  const actor = new Simulation(order);
  actor.send(logged("pay", { type: "PAY" }));
  const insert = [
    { insert: { type: "ADD", n: 3 }, after: "1.0" },
    { insert: { type: "ADD", n: 4 }, after: "4.0" },
  ];
  const options = { ...actor.context, self: ADDRESS, edits: parseEdits(insert) };
  const { other, untaken } = whatIf(actor.log, options);
  deepStrictEqual(other.context, { total: 3, paid: 0, reminders: 0 });
  strictEqual(untaken.length, 1);
  ok(untaken[0]?.inserted);
  match(untaken[0].why, /Cannot take ADD: state is "paying"/);
});

Deno.test("an actor can begin with another input", () => {
  const { log, context } = new Simulation(order, { total: 5 });
  const { other } = whatIf(log, { ...context, self: ADDRESS, edits: [{ input: { total: 9 } }] });
  deepStrictEqual(other.context, { total: 9, paid: 0, reminders: 0 });
});

const badEdits: readonly [string, unknown, RegExp][] = [
  ["no array", {}, /expected an array/],
  ["nothing", [], /expected an array/],
  ["an unknown key", [{ delete: "1.0" }], /at \/0: expected an array/],
  ["an event without a type", [{ change: "1.0", event: {} }], /at \/0/],
];
for (const [what, edits, message] of badEdits) {
  Deno.test(`parseEdits() refuses ${what}`, () => {
    throws(() => parseEdits(edits), { name: "TypeError", message });
  });
}

const impossible: readonly [string, unknown, RegExp][] = [
  ["the start dropped", { drop: "1.0" }, /Cannot drop 1\.0: it is the start/],
  ["the start changed", { change: "1", event: { type: "PAY" } }, /edit its input/],
  ["an event dropped that is not there", { drop: "2.0" }, /the log has no event there/],
  ["something inserted after nothing", { insert: { type: "PAY" }, after: "1.1" }, /no event there/],
];
for (const [what, edit, message] of impossible) {
  Deno.test(`whatIf() refuses ${what}`, () => {
    const { log, context } = new Simulation(order);
    const edits = parseEdits([edit]);
    throws(() => whatIf(log, { ...context, self: ADDRESS, edits }), {
      name: "RangeError",
      message,
    });
  });
}

// --- verifying ----------------------------------------------------------------------------------

function verified(actor: Simulation, stored: string | undefined) {
  const verification = createVerification(foldContext(actor.context.kind), stored);
  for (const record of actor.log) verification.take(record);
  return verification.finish();
}

Deno.test("a snapshot from any point of the log is found the same", () => {
  fc.assert(fc.property(orders, fc.nat(), (actor, cut) => {
    const replayer = createReplayer(foldContext(order));
    for (const record of actor.log.slice(0, 1 + cut % actor.log.length)) replayer.take(record);
    ok(replayer.loaded);
    deepStrictEqual(verified(actor, bytesOf(order, replayer.loaded)), { is: "same" });
  }));
});

Deno.test("a snapshot that differs is found, with what differs", () => {
  const actor = new Simulation(counter);
  actor.send(logged("a", { type: "ADD", n: 4 }));
  const found = verified(actor, actor.bytes().replace('"count":4', '"count":5'));
  deepStrictEqual(found, {
    is: "different",
    seq: 4,
    changes: [{ path: "/snapshot/context/count", before: 5, after: 4 }],
  });
  ok(!isSound(found));
});

Deno.test("what is no snapshot, of another version, or of no place in the log is told apart", () => {
  const actor = new Simulation(counter);
  const bytes = actor.bytes();
  const is = (stored: string | undefined) => verified(actor, stored).is;
  strictEqual(is(undefined), "no snapshot");
  strictEqual(is("{"), "damaged");
  strictEqual(is("[]"), "damaged");
  strictEqual(is(bytes.replace('"version":1', '"version":7')), "other version");
  strictEqual(is(bytes.replace('"seq":1', '"seq":9')), "damaged");
});

Deno.test("a log that cannot be folded is found, with the message that stops it", () => {
  const actor = new Simulation(counter);
  actor.log.push({ seq: 9, version: 2, events: [logged("x", { type: "ADD", n: 1 })] });
  const found = verified(actor, undefined);
  strictEqual(found.is, "unfoldable");
  ok(!isSound(found));
});

// --- capsules -----------------------------------------------------------------------------------

Deno.test("a capsule of any log replays without a difference, from a file as well", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "order.capsule.json");
  await fc.assert(
    fc.asyncProperty(orders, async ({ log, context, loaded }) => {
      const capsule = createCapsule(log, { ...context, address: ADDRESS });
      await Deno.writeTextFile(path, JSON.stringify(capsule));
      for (const source of [capsule, path]) {
        const { difference, events, end } = await replayCapsule(source, { kind: order });
        strictEqual(difference, undefined);
        strictEqual(events, loaded.state.count);
        deepStrictEqual(end, stateView(order, loaded.state));
      }
    }),
    { numRuns: 30 },
  );
  await Deno.remove(dir, { recursive: true });
});

function counting(by: (n: number) => number): ActorKind["machine"] {
  return setup({
    types: { context: {} as { count: number }, events: {} as { type: "ADD"; n: number } },
  }).createMachine({
    context: { count: 0 },
    on: {
      ADD: { actions: assign({ count: ({ context, event }) => context.count + by(event.n) }) },
    },
  });
}

/** Of a counter to which 1, 2, 3 was added. */
function counted() {
  const actor = new Simulation(counter);
  for (const n of [1, 2, 3]) actor.send(logged(`c${n}`, { type: "ADD", n }));
  return createCapsule(actor.log, { ...actor.context, address: { kind: "counter", id: "a" } });
}

Deno.test("a machine that has changed differs at the first event that it takes otherwise", async () => {
  const machine = counting((n) => Math.min(n, 2));
  const { difference, events } = await replayCapsule(counted(), { machine });
  strictEqual(events, 3);
  deepStrictEqual(difference, {
    at: "10.0",
    event: "ADD",
    changes: [{ path: "/changes/0/after", before: 6, after: 5 }],
  });
});

Deno.test("a machine that fails on an event differs there, with what it said", async () => {
  const machine = counting((n) => {
    if (n === 2) throw new Error("two is too much");
    return n;
  });
  const { difference } = await replayCapsule(counted(), { machine });
  strictEqual(difference?.at, "7.0");
  match(difference.error ?? "", /two is too much/);
});

Deno.test("a capsule that was changed at its end alone is found out", async () => {
  const capsule = counted();
  const { difference } = await replayCapsule({
    ...capsule,
    end: { ...capsule.end, status: "done" },
  }, { kind: counter });
  deepStrictEqual(difference?.changes, [{ path: "/status", before: "done", after: "active" }]);
});

Deno.test("a capsule of another kind, and what is no capsule, are refused", async () => {
  await rejects(replayCapsule(counted(), { kind: order }), {
    name: "TypeError",
    message: "Cannot replay a capsule of kind counter with kind order",
  });
  throws(() => parseCapsule("{}"), TypeError);
  const log = [{ seq: 1, version: 1, events: [] }];
  throws(() => parseCapsule(JSON.stringify({ ...counted(), log })), /\/log\/0\/events/);
});
