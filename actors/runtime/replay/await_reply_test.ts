import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Static, Type } from "@sinclair/typebox";
import { assign, emit, setup } from "xstate";
import { until } from "../../../tests/harness/until.ts";
import { startNode, type TestNode } from "../_nodes_testing.ts";
import { defineActor } from "../definition.ts";
import { createKinds } from "../kinds.ts";
import { type ActorLog, openActorLog } from "../log.ts";
import { openSnapshots } from "../snapshots.ts";
import { awaitReply } from "./mod.ts";

const ParrotEvent = Type.Union([
  Type.Object({ type: Type.Literal("SAY"), what: Type.String() }),
  Type.Object({ type: Type.Literal("HUSH") }),
  Type.Object({ type: Type.Literal("FLY") }),
]);
type ParrotEvent = Static<typeof ParrotEvent>;

/** Says what it is told to say, or nothing, and may fly away. */
const parrot = defineActor({
  kind: "parrot",
  version: 1,
  snapshotEvery: 100,
  events: ParrotEvent,
  machine: setup({
    types: {
      context: {} as { count: number },
      events: {} as ParrotEvent,
      emitted: {} as { type: string },
    },
  }).createMachine({
    context: { count: 0 },
    initial: "here",
    states: {
      here: {
        on: {
          SAY: { actions: emit(({ event }) => ({ type: event.what })) },
          HUSH: { actions: assign({ count: ({ context }) => context.count + 1 }) },
          FLY: "gone",
        },
      },
      gone: { type: "final" },
    },
    output: { isGone: true },
  }),
});
const address = { kind: "parrot", id: "a" };
const HUSH = { type: "HUSH" };
const say = (what: string) => ({ type: "SAY", what });

interface World extends AsyncDisposable {
  readonly node: TestNode;
  /** Events that were read from the log for the last reply. */
  read(): number;
  /** Awaits a reply with a log that counts. */
  reply(at: { seq: number; index: number }, type?: string): ReturnType<typeof awaitReply>;
  /** Waits until there is a snapshot that holds an event. */
  saved(after: { seq: number }): Promise<void>;
}

async function start(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startNode("n1", { kinds: [parrot] }));
  const known = createKinds([parrot]).find("parrot");
  ok(known);
  let events = 0;
  const { bus } = node, snapshots = await openSnapshots(bus), counted = await openActorLog(bus);
  const log: ActorLog = {
    ...counted,
    async *read(...args) {
      for await (const record of counted.read(...args)) {
        events += record.events.length;
        yield record;
      }
    },
  };
  const parts = stack.move();
  return {
    node,
    read: () => events,
    reply(at, type) {
      events = 0;
      const signal = AbortSignal.timeout(20_000);
      return awaitReply({ bus, log, snapshots }, address, {
        known,
        question: { at, type },
        signal,
      });
    },
    async saved({ seq }) {
      await until(async () => {
        const found = await snapshots.load(parrot, address);
        return typeof found !== "string" && found.seq >= seq;
      }, { what: `a snapshot of ${seq} or later` });
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("a reply is found without the log, or with its tail, however long the log is", async (t) => {
  await using world = await start();
  const { node, reply, read, saved } = world;
  const hush = async (count: number) => {
    const all = Array.from({ length: count }, () => node.send(address, HUSH));
    return (await Promise.all(all)).at(-1) ?? { seq: 0, index: 0 };
  };
  const first = await node.send(address, say("first"));
  for (let sent = 0; sent < 10_000; sent += 1_000) await hush(1_000);
  const asked = await node.send(address, HUSH, "asked");
  await node.send(address, say("small"));
  await saved(await hush(150));

  await t.step("what was emitted before the snapshot is in the snapshot", async () => {
    deepStrictEqual(await reply(asked), { status: "active", event: { type: "small" } });
    strictEqual(read(), 0);
    deepStrictEqual(await reply(asked, "small"), { status: "active", event: { type: "small" } });
    strictEqual(read(), 0);
  });
  await t.step("what is emitted after the snapshot is in the tail of the log", async () => {
    const late = reply(asked, "late");
    await node.send(address, say("late"));
    deepStrictEqual(await late, { status: "active", event: { type: "late" } });
    ok(read() < 500, `${read()} events`);
  });
  await t.step("what is no longer remembered is in the log alone", async () => {
    deepStrictEqual(await reply(first), { status: "active", event: { type: "first" } });
    ok(read() > 0);
  });
  await t.step("what was too large to be remembered is in the log alone", async () => {
    const large = "x".repeat(5_000);
    const said = await node.send(address, say(large));
    await saved(await hush(150));
    deepStrictEqual(await reply(said), { status: "active", event: { type: large } });
    ok(read() > 10_000, `${read()} events`);
    // It might have been the one that is asked for.
    await node.send(address, say("other"));
    await saved(await hush(150));
    deepStrictEqual(await reply(said, "other"), { status: "active", event: { type: "other" } });
  });
  await t.step("how an actor ended is a reply as well", async () => {
    const last = await node.send(address, HUSH, "last");
    const end = await node.send(address, { type: "FLY" });
    const gone = { status: "done", output: { isGone: true } };
    deepStrictEqual(await reply(last), gone);
    deepStrictEqual(await reply(end), gone);
  });
});

Deno.test("the same question gets the same reply from its owner, which remembers it", async () => {
  await using world = await start();
  const { host } = world.node;
  const ask = (id: string, event: { type: string }, replyType?: string) =>
    host.send(address, {
      ...{ id, event, cause: { from: "caller" }, asks: true },
      ...(replyType === undefined ? {} : { replyType }),
    });
  const one = { status: "active", event: { type: "one" } };
  const two = { status: "active", event: { type: "two" } };
  strictEqual((await ask("q", HUSH)).reply, undefined, "nothing yet");
  deepStrictEqual((await ask("r", say("one"))).reply, one);
  deepStrictEqual((await ask("s", say("two"), "three")).reply, undefined, "not of that type");
  deepStrictEqual((await ask("q", HUSH)).reply, one);
  deepStrictEqual((await ask("q", HUSH, "two")).reply, two);
  deepStrictEqual((await ask("r", say("one"))).reply, one);
  deepStrictEqual((await ask("r", say("one"), "two")).reply, two);
  deepStrictEqual((await ask("t", { type: "FLY" })).reply, {
    status: "done",
    output: { isGone: true },
  });
  deepStrictEqual((await ask("q", HUSH, "three")).reply, {
    status: "done",
    output: { isGone: true },
  });
  deepStrictEqual((await ask("r", say("one"))).reply, one, "before the end, it was active");
});
