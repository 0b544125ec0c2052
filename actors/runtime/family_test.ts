import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Static, Type } from "@sinclair/typebox";
import { assign, sendTo, setup, spawnChild, stopChild } from "xstate";
import { until } from "../../tests/harness/until.ts";
import { eventsOf, logged, ownedBy, startNode, type TestNode, typesOf } from "./_nodes_testing.ts";
import { defineActor } from "./definition.ts";

const pup = setup({
  types: { context: {} as { barks: number }, events: {} as { type: "BARK" | "FAIL" | "LEAVE" } },
}).createMachine({
  context: { barks: 0 },
  initial: "here",
  states: {
    here: {
      on: {
        BARK: { actions: assign({ barks: ({ context }) => context.barks + 1 }) },
        FAIL: {
          actions: assign(() => {
            throw new Error("no more");
          }),
        },
        LEAVE: "gone",
      },
    },
    gone: { type: "final" },
  },
  output: ({ context }) => context,
});

const dog = setup({ actors: { pup } }).createMachine({
  initial: "here",
  states: { here: { entry: spawnChild("pup", { id: "pup" }) } },
});

const HomeEvent = Type.Object({
  type: Type.Union(
    ["IN", "BARK", "FAIL", "LEAVE", "ADOPT", "GIVE", "OUT"].map((type) => Type.Literal(type)),
  ),
});
type HomeEvent = Static<typeof HomeEvent>;

/** A home: a pup lives in it while somebody is in, and dogs with pups of their own may be adopted. */
const home = defineActor({
  kind: "home",
  version: 1,
  events: HomeEvent,
  machine: setup({
    types: { context: {} as { heard: unknown[] }, events: {} as HomeEvent },
    actors: { pup, dog },
  }).createMachine({
    context: { heard: [] },
    initial: "empty",
    on: {
      ADOPT: { actions: spawnChild("dog", { id: "dog" }) },
      GIVE: { actions: stopChild("dog") },
    },
    states: {
      empty: { on: { IN: "full" } },
      full: {
        on: {
          OUT: "empty",
          BARK: { actions: sendTo("pup", { type: "BARK" }) },
          FAIL: { actions: sendTo("pup", { type: "FAIL" }) },
          LEAVE: { actions: sendTo("pup", { type: "LEAVE" }) },
        },
        invoke: {
          id: "pup",
          src: "pup",
          onSnapshot: {
            actions: assign(({ context, event }) => {
              const { barks } = event.snapshot.context;
              if (barks === 3) throw new Error("too loud");
              return { heard: [...context.heard, barks] };
            }),
          },
          onDone: {
            target: "empty",
            actions: assign(({ context, event }) => ({ heard: [...context.heard, event.output] })),
          },
          onError: {
            target: "empty",
            actions: assign(({ context, event }) => ({ heard: [...context.heard, event.error] })),
          },
        },
      },
    },
  }),
});
const kinds = [home];
const address = { kind: "home", id: "a" };

async function childrenOf({ host }: TestNode, kind: string) {
  return (await host.list({ kind })).addresses;
}

async function onlyChild(node: TestNode, kind: string) {
  return await until(async () => (await childrenOf(node, kind))[0], { what: `a ${kind}` });
}

async function hasStatus({ host }: TestNode, at: { kind: string; id: string }, status: string) {
  await until(async () => (await host.get(at))?.status === status, {
    what: `${at.kind}/${at.id} to be ${status}`,
  });
}

Deno.test("a child is an actor with an address and a log of its own, that any node derives alike", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  const at = await onlyChild(node, "home:pup");
  const parent = (await eventsOf(node.bus, at))[0]?.cause;
  deepStrictEqual(parent, {
    from: "start",
    parent: { address: "home/a", id: "pup", sync: true },
  });
  await node.send(address, { type: "OUT" });
  await hasStatus(node, at, "stopped");
  await node.send(address, { type: "IN" });
  await until(async () => (await childrenOf(node, "home:pup")).length === 2, {
    what: "another one under another address",
  });
});

Deno.test("what a child becomes, and what it ends with, reaches its parent in order", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  for (const type of ["BARK", "BARK", "LEAVE"]) await node.send(address, { type });
  await logged(node.bus, address, "xstate.done.actor.pup");
  const view = await node.host.get(address);
  deepStrictEqual([view?.value, view?.context], ["empty", { heard: [0, 1, 2, { barks: 2 }] }]);
});

Deno.test("a child that fails ends, and its parent is told why", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  const at = await onlyChild(node, "home:pup");
  await node.send(address, { type: "FAIL" });
  await logged(node.bus, address, "xstate.error.actor.pup");
  strictEqual((await node.host.get(at))?.status, "error");
  const view = await node.host.get(address);
  strictEqual(view?.value, "empty");
  ok(JSON.stringify(view.context).includes("no more"));
});

Deno.test("stopping a parent stops its children and theirs, on whatever node they are", async () => {
  await using one = await startNode("n1", { kinds });
  await using two = await startNode("n2", { kinds, realm: one.realm });
  const at = ownedBy("n1", { kind: "home", among: ["n1", "n2"] });
  await one.send(at, { type: "ADOPT" });
  const dogAt = await onlyChild(one, "home:dog");
  const pupAt = await onlyChild(two, "home:dog:pup");
  await one.host.stop(at);
  for (const child of [dogAt, pupAt]) await hasStatus(two, child, "stopped");
  deepStrictEqual(await typesOf(one.bus, pupAt), ["xstate.init", "xstate.stop"]);
});

Deno.test("a parent that fails on what a child tells ends, and takes all its children with it", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  await node.send(address, { type: "ADOPT" });
  const pupAt = await onlyChild(node, "home:pup"), dogPupAt = await onlyChild(node, "home:dog:pup");
  for (let i = 0; i < 3; i++) await node.send(address, { type: "BARK" });
  await hasStatus(node, address, "error");
  strictEqual((await node.host.get(address))?.error, "too loud");
  for (const child of [pupAt, dogPupAt]) await hasStatus(node, child, "stopped");
});

Deno.test("stopping one child leaves the others as they are", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  await node.send(address, { type: "ADOPT" });
  const pupAt = await onlyChild(node, "home:pup"), dogPupAt = await onlyChild(node, "home:dog:pup");
  await node.send(address, { type: "GIVE" });
  await hasStatus(node, dogPupAt, "stopped");
  strictEqual((await node.host.get(pupAt))?.status, "active");
  await node.send(address, { type: "BARK" });
  await until(async () => JSON.stringify((await node.host.get(address))?.context).includes("1"), {
    what: "the bark",
  });
});

Deno.test("only its parent speaks to a child, and nobody else in the name of a child", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "IN" });
  const at = await onlyChild(node, "home:pup");
  const refused = await node.send(at, { type: "BARK" }).catch((error) => error.code);
  strictEqual(refused, "VALIDATION_ERROR");
  const pretended = await node.host.send(address, {
    id: "x",
    event: { type: "xstate.done.actor.pup", output: 1, actorId: "pup" },
    cause: { from: "actor", address: "home/other" },
  }).catch((error) => error.code);
  strictEqual(pretended, "STALE");
  strictEqual((await node.host.get(address))?.value, "full");
});
