import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { fromCallback, fromPromise, setup } from "xstate";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { eventsOf, logged, logOf, startNode } from "./_nodes_testing.ts";
import { CommandError } from "./command.ts";
import { defineActor } from "./definition.ts";
import { MAX_COMMAND_ID } from "./plain_command.ts";

const NoteEvent = Type.Object({ type: Type.Literal("NOTE"), text: Type.Unknown() });

/** Takes notes of any length. */
const pad = defineActor({
  kind: "pad",
  version: 1,
  events: NoteEvent,
  machine: setup({}).createMachine({ initial: "on", states: { on: { on: { NOTE: "on" } } } }),
});
const address = { kind: "pad", id: "a" };
const note = (text: unknown) => ({ type: "NOTE", text });

const UNFIT = [
  ["that is too large", "x".repeat(256 * 1024), /262\d\d\d bytes, 262144 are allowed/],
  ["that is nested too deep", Array(70).fill(0).reduce((inner) => [inner], 1), /deeper than 64/],
  ["that JSON cannot hold", 1n, /JSON cannot hold it/],
] as const;

for (const [what, text, why] of UNFIT) {
  Deno.test(`an event ${what} is refused, and says why`, async () => {
    await using node = await startNode("n1", { kinds: [pad] });
    await rejects(node.send(address, note(text)), { code: "VALIDATION_ERROR", message: why });
    strictEqual((await node.host.list()).total, 0);
  });
}

Deno.test("a command needs an id of some characters and not too many", async () => {
  await using node = await startNode("n1", { kinds: [pad] });
  for (const id of ["", "x".repeat(MAX_COMMAND_ID + 1)]) {
    await rejects(node.send(address, note(1), id), { code: "VALIDATION_ERROR" });
  }
  await node.send(address, note(1), "x".repeat(MAX_COMMAND_ID));
});

Deno.test("a machine sees an event as the log holds it, and not what its sender makes of it afterwards", async () => {
  await using node = await startNode("n1", { kinds: [pad] });
  const event = note({ when: new Date(0), nothing: undefined });
  const sending = node.send(address, event);
  event.text = "changed";
  await sending;
  const [, stored] = await eventsOf(node.bus, address);
  deepStrictEqual(stored?.event, note({ when: "1970-01-01T00:00:00.000Z" }));
});

Deno.test("events that are too much for one message together are committed in several", async () => {
  await using node = await startNode("n1", { kinds: [pad] });
  const large = "x".repeat(200 * 1024);
  await node.send(address, note("first"));
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => node.send(address, note(large), `large-${i}`)),
  );
  const log = await logOf(node.bus, address);
  ok(log.length > 4 && log.length < 12, `${log.length} messages`);
  deepStrictEqual(
    answers.map(({ seq, index }) => log.find((one) => one.seq === seq)?.events[index]?.id),
    Array.from({ length: 12 }, (_, i) => `large-${i}`),
  );
});

Deno.test("above the bound of actors in memory, the ones that were not needed longest leave it", async () => {
  await using node = await startNode("n1", { kinds: [counter], maxActors: 10 });
  const at = (i: number) => ({ kind: "counter", id: `a${i}` });
  const add = { type: "ADD", n: 1 };
  for (let i = 0; i < 50; i++) {
    await node.send(at(i), add);
    await node.send(at(0), add);
    ok(node.host.active <= 10, `${node.host.active} in memory`);
  }
  await Promise.all(Array.from({ length: 50 }, (_, i) => node.send(at(i), add)));
  ok(node.host.active <= 10, `${node.host.active} in memory`);
  deepStrictEqual((await node.host.get(at(0)))?.context, { count: 52 });
  deepStrictEqual((await node.host.get(at(49)))?.context, { count: 2 });
});

Deno.test("no more than a thousand actors wait for room in memory, and those come in one after the other", async () => {
  await using node = await startNode("n1", { kinds: [counter], maxActors: 1 });
  const sent = Array.from(
    { length: 1_100 },
    (_, i) => node.send({ kind: "counter", id: `w${i}` }, { type: "ADD", n: 1 }),
  );
  const refused = (await Promise.allSettled(sent)).flatMap((one, at) =>
    one.status === "rejected" ? [{ at, reason: one.reason }] : []
  );
  deepStrictEqual(refused.map(({ at }) => at), Array.from({ length: 75 }, (_, i) => 1_025 + i));
  for (const { reason } of refused) {
    ok(reason instanceof CommandError && reason.code === "RATE_LIMITED" && reason.retryable);
  }
});

Deno.test("commands of one caller to an actor that waits for room stay in their order", async () => {
  await using node = await startNode("n1", { kinds: [pad], maxActors: 1 });
  await node.send({ kind: "pad", id: "other" }, note(0));
  await Promise.all(Array.from({ length: 20 }, (_, i) => node.send(address, note(i))));
  const [, ...events] = await eventsOf(node.bus, address);
  deepStrictEqual(events.map(({ event }) => event.text), Array.from({ length: 20 }, (_, i) => i));
});

/** Works until the test lets it end. */
function worker(end: Promise<unknown>) {
  const plain = (type: string) => Type.Object({ type: Type.Literal(type) });
  return defineActor({
    kind: "worker",
    version: 1,
    events: plain("GO"),
    machine: setup({ actors: { work: fromPromise(() => end) } }).createMachine({
      initial: "idle",
      states: {
        idle: { on: { GO: "busy" } },
        busy: { invoke: { src: "work", onDone: "idle" } },
      },
    }),
  });
}

Deno.test("when all actors in memory are at work, another one is refused with advice to try again, and comes in later", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using node = await startNode("n1", { kinds: [worker(promise)], maxActors: 3 });
  const at = (i: number) => ({ kind: "worker", id: `a${i}` });
  for (let i = 0; i < 3; i++) await node.send(at(i), { type: "GO" });
  await rejects(node.send(at(3), { type: "GO" }), (error) => {
    ok(error instanceof CommandError && error.retryable);
    strictEqual(error.code, "RATE_LIMITED");
    match(error.message, /the 3 there are at work, try again later/);
    return true;
  });
  await node.send(at(0), { type: "GO" }).catch(() => undefined);
  resolve();
  await until(() => node.send(at(3), { type: "GO" }), { what: "room" });
});

Deno.test("an effect that says more than its actor takes ends with an error, and the actor goes on", async () => {
  const chatter = fromCallback(({ sendBack }) => {
    for (let i = 0; i < 2_000; i++) sendBack({ type: "SAY", i });
  });
  const kind = defineActor({
    kind: "talk",
    version: 1,
    events: Type.Object({ type: Type.Literal("GO") }),
    machine: setup({ actors: { chatter } }).createMachine({
      initial: "idle",
      states: {
        idle: { on: { GO: "busy" } },
        busy: { on: { SAY: {} }, invoke: { id: "chatter", src: "chatter", onError: "idle" } },
      },
    }),
  });
  await using node = await startNode("n1", { kinds: [kind] });
  const at = { kind: "talk", id: "a" };
  await node.send(at, { type: "GO" });
  const { event } = await logged(node.bus, at, "xstate.error.actor.chatter");
  match(JSON.stringify(event.error), /says more than its actor takes/);
  strictEqual((await node.host.get(at))?.value, "idle");
});
