import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { assign, sendTo, setup } from "xstate";
import { actorFilter, type Address, openStreamReader, parseActorSubject } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { createWorld, logOf, startNode, type TestWorld } from "./_nodes_testing.ts";
import { type ActorOptions, defineActor } from "./definition.ts";

/** What a label says: version 1 calls it `text`, version 2 `lines`. */
type Write = { type: "WRITE"; text?: string; lines?: string[] };

/** An order whose parcel has a label; each is a machine of its own. */
function order(version: 1 | 2, options: Pick<ActorOptions, "upcast" | "upcastChildren"> = {}) {
  const written = (event: Write) => version === 1 ? [event.text] : event.lines ?? ["lost"];
  const label = setup({
    types: { context: {} as { lines: unknown[] }, events: {} as Write },
  }).createMachine({
    context: { lines: [] },
    on: {
      WRITE: {
        actions: assign({ lines: ({ context, event }) => [...context.lines, ...written(event)] }),
      },
    },
  });
  const parcel = setup({
    types: { context: {} as { writes: number }, events: {} as Write },
    actors: { label },
  }).createMachine({
    context: { writes: 0 },
    invoke: { src: "label", id: "label" },
    on: {
      WRITE: {
        actions: [
          assign({ writes: ({ context, event }) => context.writes + written(event).length }),
          sendTo("label", ({ event }) => event),
        ],
      },
    },
  });
  return defineActor({
    ...{ kind: "order", version, passivateAfterMs: 50, snapshotEvery: 1_000, ...options },
    events: Type.Object({ type: Type.Literal("WRITE") }),
    machine: setup({ types: { events: {} as Write }, actors: { parcel } }).createMachine({
      invoke: { src: "parcel", id: "parcel" },
      on: { WRITE: { actions: sendTo("parcel", ({ event }) => event) } },
    }),
  });
}

const upcast = (event: { type: string; text?: string }) =>
  event.type === "WRITE" ? { type: "WRITE", lines: [event.text] } : event;
const order2 = order(2, { upcast, upcastChildren: { parcel: upcast, "parcel:label": upcast } });
const address: Address = { kind: "order", id: "a" };

/** The actors of a kind that are in the log. */
async function addressesOf({ bus }: TestWorld, kind: string): Promise<Address[]> {
  const reader = await openStreamReader(bus);
  const subjects = new Set<string>();
  for await (
    const { subject } of reader.read("EVENTS", { subject: actorFilter(bus.realm, kind) })
  ) {
    subjects.add(subject);
  }
  return [...subjects].map((subject) => ({ kind, id: parseActorSubject(subject).id }));
}

Deno.test("children and their children take over what an older version wrote, each by an upcast of its own", async () => {
  await using world = await createWorld({ kinds: [order2] });
  const { realm } = world;
  const only = async (kind: string) => {
    const [found, ...more] = await addressesOf(world, kind);
    strictEqual(more.length, 0);
    return found ?? address;
  };
  {
    await using old = await startNode("n1", { kinds: [order(1)], realm });
    for (const text of ["one", "two"]) await old.send(address, { type: "WRITE", text });
    await until(async () => {
      const view = await old.host.get(await only("order:parcel:label"));
      return JSON.stringify(view?.context) === JSON.stringify({ lines: ["one", "two"] });
    }, { what: "the label to be written" });
  }
  await using node = await startNode("n2", { kinds: [order2], realm });
  await node.send(address, { type: "WRITE", lines: ["three", "four"] });
  const label = await only("order:parcel:label"), parcel = await only("order:parcel");
  await until(async () => (await logOf(world.bus, label)).at(-1)?.version === 2, {
    what: "the label to be written to",
  });
  deepStrictEqual((await node.host.get(parcel))?.context, { writes: 4 });
  deepStrictEqual((await node.host.get(label))?.context, {
    lines: ["one", "two", "three", "four"],
  });
});

Deno.test("an upcast is for its own kind: a child without one folds its events as they are", async () => {
  await using world = await createWorld({ kinds: [order(2, { upcast })] });
  const { realm } = world;
  {
    await using old = await startNode("n1", { kinds: [order(1)], realm });
    await old.send(address, { type: "WRITE", text: "one" });
    await until(async () => (await addressesOf(world, "order:parcel:label")).length === 1, {
      what: "the label to begin",
    });
  }
  await using node = await startNode("n2", { kinds: [order(2, { upcast })], realm });
  const [label] = await addressesOf(world, "order:parcel:label");
  await until(async () => {
    const view = label && await node.host.get(label);
    return JSON.stringify(view?.context) === JSON.stringify({ lines: ["lost"] });
  }, { what: "the label to be folded" });
});
