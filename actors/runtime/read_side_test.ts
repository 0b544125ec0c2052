import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { emit, setup, spawnChild } from "xstate";
import { actorSubject, type Bus, liveSubject, openStreamPurger } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { eventsOf, logOf, ownedBy, startNode, type TestNode, typesOf } from "./_nodes_testing.ts";
import { createActiveActor } from "./actor.ts";
import { childAddress } from "./family.ts";
import { defineActor } from "./definition.ts";
import { type LiveMessage, parseLiveMessages } from "./live.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots } from "./snapshots.ts";

const address = { kind: "counter", id: "a" };
const add = (n: number) => ({ type: "ADD", n });

const toy = setup({}).createMachine({
  initial: "on",
  states: { on: { on: { OFF: "off" } }, off: { type: "final" } },
});

/** A box: has a toy in it, calls, and may be closed. */
const box = defineActor({
  kind: "box",
  version: 3,
  events: Type.Union(
    ["CALL", "FILL", "CLOSE"].map((type) => Type.Object({ type: Type.Literal(type) })),
  ),
  machine: setup({ actors: { toy } }).createMachine({
    initial: "open",
    states: {
      open: {
        on: {
          CALL: { actions: emit({ type: "called" }) },
          FILL: { actions: spawnChild("toy", { id: "toy" }) },
          CLOSE: "closed",
        },
      },
      closed: { type: "final" },
    },
    output: { closed: true },
  }),
});
const kinds = [counter, box];

Deno.test("get() shows an actor as its owner has it, from any node, and writes nothing", async () => {
  await using one = await startNode("n1", { kinds });
  await using two = await startNode("n2", { kinds, realm: one.realm });
  const at = ownedBy("n1", { kind: "counter", among: ["n1", "n2"] });
  await until(() => two.host.owner(at) === "n1", { what: "n2 to know n1" });
  await two.send(at, add(2));
  await two.send(at, add(3));
  const seq = (await logOf(one.bus, at)).at(-1)?.seq;
  for (const { host } of [one, two]) {
    deepStrictEqual(await host.get(at), {
      ...{ value: {}, context: { count: 5 }, status: "active", seq, version: 1, owner: "n1" },
    });
  }
  strictEqual((await eventsOf(one.bus, at)).length, 3);
});

Deno.test("get() of an actor that never began is undefined, and makes none, neither in the log nor in memory", async () => {
  await using one = await startNode("n1", { kinds });
  await using two = await startNode("n2", { kinds, realm: one.realm });
  for (let i = 0; i < 5; i++) {
    for (const { host } of [one, two]) {
      strictEqual(await host.get({ kind: "counter", id: `a${i}` }), undefined);
    }
  }
  deepStrictEqual([one.host.active, two.host.active], [0, 0]);
  deepStrictEqual(await one.host.list(), { addresses: [], total: 0 });
});

Deno.test("get() of an actor that has ended says how, and with which output", async () => {
  await using node = await startNode("n1", { kinds });
  const at = { kind: "box", id: "a" };
  await node.send(at, { type: "CLOSE" });
  const view = await node.host.get(at);
  deepStrictEqual([view?.value, view?.status, view?.output], ["closed", "done", { closed: true }]);
});

Deno.test("get() sees what another node wrote that takes the actor for its own", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, add(1));
  const other = createActiveActor({
    ...{ kind: counter, scope: createMachineScope(counter.machine), now: () => 0 },
    log: await openActorLog(node.bus),
    snapshots: await openSnapshots(node.bus),
    duties: { prepare: () => undefined, perform: () => undefined },
  }, address);
  await other.send({ id: "other", event: add(10), cause: { from: "caller" } });
  deepStrictEqual((await node.host.get(address))?.context, { count: 11 });
});

Deno.test("what is done to a view does nothing to the actor", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, add(1));
  const view = await node.host.get(address);
  ok(view && typeof view.context === "object" && view.context);
  Object.assign(view.context, { count: 100 });
  deepStrictEqual((await node.host.get(address))?.context, { count: 1 });
});

Deno.test("get() of a kind that no module declares is refused by name", async () => {
  await using node = await startNode("n1", { kinds });
  await rejects(node.host.get({ kind: "nope", id: "a" }), { code: "VALIDATION_ERROR" });
});

Deno.test("stop() ends an actor with its children, once, from any node", async () => {
  await using one = await startNode("n1", { kinds });
  await using two = await startNode("n2", { kinds, realm: one.realm });
  const at = { kind: "box", id: "a" };
  await one.send(at, { type: "FILL" });
  const filled = (await logOf(one.bus, at)).at(-1);
  ok(filled);
  const toyAt = childAddress(at, {
    ...{ id: "toy", src: "toy", input: undefined, sync: false },
    since: { commit: { seq: filled.seq }, index: 0 },
  });
  await until(async () => (await one.host.get(toyAt))?.status === "active", { what: "the toy" });
  const answer = await two.host.stop(at, { by: "operator" });
  deepStrictEqual(await one.host.stop(at), answer);
  strictEqual((await one.host.get(at))?.status, "stopped");
  await until(async () => (await two.host.get(toyAt))?.status === "stopped", { what: "its end" });
  const last = (await eventsOf(one.bus, at)).at(-1);
  deepStrictEqual([last?.event.type, last?.cause, last?.by], [
    "xstate.stop",
    { from: "stop" },
    "operator",
  ]);
  await rejects(one.send(at, { type: "CALL" }), { code: "ILLEGAL_STATE" });
});

Deno.test("stop() of an actor that never began is undefined and makes none", async () => {
  await using node = await startNode("n1", { kinds });
  strictEqual(await node.host.stop(address), undefined);
  strictEqual((await node.host.list()).total, 0);
});

Deno.test("stop() of a child names the parent, and leaves the child as it is", async () => {
  await using node = await startNode("n1", { kinds });
  const at = { kind: "box", id: "a" };
  await node.send(at, { type: "FILL" });
  const toyAt = await until(
    async () => (await node.host.list({ kind: "box:toy" })).addresses[0],
    { what: "the toy" },
  );
  await rejects(node.host.stop(toyAt), { code: "VALIDATION_ERROR", message: /stop box\/a/ });
  deepStrictEqual(await typesOf(node.bus, toyAt), ["xstate.init"]);
});

Deno.test("stop() of an actor that has ended by itself is refused", async () => {
  await using node = await startNode("n1", { kinds });
  const at = { kind: "box", id: "a" };
  await node.send(at, { type: "CLOSE" });
  await rejects(node.host.stop(at), { code: "ILLEGAL_STATE" });
});

async function pages(node: TestNode, options: { kind?: string; limit: number }) {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await node.host.list({ ...options, ...(after === undefined ? {} : { after }) });
    ok(page.addresses.length <= options.limit);
    ids.push(...page.addresses.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

Deno.test("list() turns pages through all actors of a kind, each once, in order", async () => {
  await using node = await startNode("n1", { kinds });
  const ids = Array.from({ length: 23 }, (_, i) => `a${String(i * 7 % 23).padStart(2, "0")}`);
  for (const id of ids) await node.send({ kind: "counter", id }, add(1));
  await node.send({ kind: "box", id: "b" }, { type: "CALL" });
  deepStrictEqual(await pages(node, { kind: "counter", limit: 5 }), ids.toSorted());
  deepStrictEqual(await pages(node, { limit: 24 }), ["b", ...ids.toSorted()]);
});

Deno.test("list() goes on where a page ended, whoever begins or is purged meanwhile", async () => {
  await using node = await startNode("n1", { kinds });
  for (const id of ["b", "d", "f", "h", "j"]) await node.send({ kind: "counter", id }, add(1));
  const { next = "" } = await node.host.list({ kind: "counter", limit: 3 });
  const later = async () =>
    (await node.host.list({ kind: "counter", after: next })).addresses.map(({ id }) => id);
  await node.send({ kind: "counter", id: "a" }, add(1));
  deepStrictEqual(await later(), ["h", "j"]);
  const purger = await openStreamPurger(node.bus);
  for (const id of ["a", "b", "d"]) {
    await purger.purge("EVENTS", actorSubject(node.realm, { kind: "counter", id }));
  }
  deepStrictEqual(await later(), ["h", "j"]);
});

for (const options of [{ limit: 0 }, { limit: 1_001 }, { after: "nonsense" }]) {
  Deno.test(`list() refuses ${JSON.stringify(options)}`, async () => {
    await using node = await startNode("n1", { kinds });
    await rejects(node.host.list(options), RangeError);
  });
}

Deno.test("the live subject tells of each commit after what it emitted, at the log's positions", async () => {
  await using node = await startNode("n1", { kinds });
  const at = { kind: "box", id: "a" };
  const heard: LiveMessage[] = [];
  const subscription = node.bus.connection.subscribe(liveSubject(node.realm, at), {
    callback: (_, { data }) => void heard.push(...parseLiveMessages(data)),
  });
  await node.bus.ping();
  await Promise.all(["CALL", "CALL", "CLOSE"].map((type) => node.send(at, { type })));
  await until(() => heard.length >= 4, { what: "the messages" });
  subscription.unsubscribe();
  const [start, commit] = await logOf(node.bus, at);
  const seq = commit?.seq;
  deepStrictEqual(heard, [
    { state: { value: "open", status: "active", changed: true }, seq: start?.seq, index: 0 },
    { event: { type: "called" }, seq, index: 0, nth: 0 },
    { event: { type: "called" }, seq, index: 1, nth: 0 },
    { state: { value: "closed", status: "done", changed: true }, seq, index: 2 },
  ]);
});

Deno.test("what a commit did is told in one write with the next commit, and without one soon after it", async () => {
  const said: string[] = [];
  /** The connection writes what was published up to the next microtask. */
  const note = (subject: string) => {
    const [, family = ""] = subject.split(".");
    if (family === "evt" || family === "live") said.push(family);
    if (family === "live") queueMicrotask(() => said.push("|"));
  };
  /** Notes what is published, in the order in which it goes out. */
  function noting(bus: Bus): Bus {
    const publish: Bus["connection"]["publish"] = (...args) => {
      note(args[0]);
      bus.connection.publish(...args);
    };
    const store: Bus["requests"]["publish"] = (...args) => {
      note(args[0]);
      return bus.requests.publish(...args);
    };
    const connection: Bus["connection"] = Object.create(bus.connection, {
      publish: { value: publish },
    });
    const requests: Bus["requests"] = Object.create(bus.requests, { publish: { value: store } });
    return Object.create(bus, {
      connection: { value: connection },
      requests: { value: requests },
    });
  }
  await using node = await startNode("n1", { kinds: [counter], through: noting });
  const at = { kind: "counter", id: "a" };
  await node.send(at, { type: "ADD", n: 1 });
  const sofar = () => said.join(" ");
  await until(() => sofar() === "evt live evt | live |", { what: "start and command to be told" });
  said.length = 0;
  for (let i = 0; i < 3; i++) await node.send(at, { type: "ADD", n: 1 });
  await until(() => said.length >= 9, { what: "the last commit to be told" });
  strictEqual(sofar(), "evt live evt | live evt | live |");
});

Deno.test("what is no live message is not read as one", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const none = ["", "{}", "[{}]", '[{"state":{"value":1},"seq":1,"index":0}]', '[{"event":{}}]'];
  for (const text of none) {
    deepStrictEqual(parseLiveMessages(bytes(text)), [], text);
  }
});
