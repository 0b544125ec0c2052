import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fromCallback, fromEventObservable, fromObservable, fromPromise } from "xstate";
import { activeKey, openBucket } from "@hub/bus";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import { dyingActor } from "./_dying.ts";
import { held, job } from "./_job.ts";
import { createWorld, eventsOf, logged, ownedBy, startNode, typesOf } from "./_nodes_testing.ts";

const DONE = "xstate.done.actor.work", ERROR = "xstate.error.actor.work";

Deno.test("an effect runs after its commit, with its input and key, and its result is logged", async () => {
  const { work, runs, resolve } = held();
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await until(() => runs.length === 1, { what: "the effect" });
  resolve({ sum: 4 });
  const { event, cause, id } = await logged(node.bus, address, DONE);
  deepStrictEqual(event, { type: DONE, output: { sum: 4 }, actorId: "work" });
  const seq = (await eventsOf(node.bus, address)).length;
  strictEqual(runs[0]?.n, 2);
  strictEqual(runs[0]?.key, `job/a/${cause.from === "effect" ? cause.key : ""}`);
  strictEqual(id, `effect:${runs[0]?.key}`);
  strictEqual(seq, 3);
});

Deno.test("an effect in flight at a crash runs again on the new owner with the same key, and ends once", async () => {
  const one = held(), two = held();
  const among = ["n1", "n2"];
  const address = ownedBy("n1", { kind: "job", among });
  await using second = await startNode("n2", { kinds: [job(two.work)], ttlMs: 3_000 });
  await using first = await startNode("n1", {
    ...{ kinds: [job(one.work)], realm: second.realm, ttlMs: 3_000 },
  });
  await until(() => second.send(address, { type: "GO" }), { what: "the command" });
  await until(() => one.runs.length === 1, { what: "the effect at the first node" });
  const crashedAt = performance.now();
  await first.crash();
  await until(() => two.runs.length === 1, { what: "the effect at the second node" });
  const tookMs = performance.now() - crashedAt;
  // Five seconds on a machine of its own, longer beside other tests.
  ok(tookMs < 15_000, `it took ${tookMs} ms`);
  strictEqual(two.runs[0]?.key, one.runs[0]?.key);
  two.resolve("second");
  one.resolve("first");
  await logged(second.bus, address, DONE);
  const ends = (await eventsOf(second.bus, address)).filter(({ event }) => event.type === DONE);
  deepStrictEqual(ends.map(({ event }) => event.output), ["second"]);
});

Deno.test("a crash right after a commit, before anything is done, loses no effect", async () => {
  const { work, runs } = held();
  const kind = job(work);
  await using at = await createWorld({ kinds: [kind] });
  const address = { kind: "job", id: "a" };
  const dying = await dyingActor(at.bus, { kind, address });
  await dying.send({ id: "c1", event: { type: "GO" }, cause: { from: "caller" } });
  await dying.passivate();
  await using _node = await startNode("n1", { kinds: [kind], realm: at.bus.realm });
  await until(() => runs.length === 1, { what: "the effect" });
});

Deno.test("the key of an actor without work leaves ACTIVE when the actor leaves memory", async () => {
  const { work, resolve } = held();
  await using node = await startNode("n1", { kinds: [job(work, { passivateAfterMs: 50 })] });
  const { bus, realm } = node;
  const address = { kind: "job", id: "a" };
  const bucket = await openBucket(bus.connection, { realm, bucket: "ACTIVE" });
  await node.send(address, { type: "GO" });
  strictEqual((await bucket.get(activeKey(address)))?.operation, "PUT");
  resolve(1);
  await until(() => node.host.active === 0, { what: "the actor to leave memory" });
  await until(async () => (await bucket.get(activeKey(address)))?.operation !== "PUT", {
    what: "the key to go",
  });
});

Deno.test("an actor with an effect in flight stays in memory", async () => {
  const { work, runs, resolve } = held();
  await using node = await startNode("n1", { kinds: [job(work, { passivateAfterMs: 10 })] });
  await node.send({ kind: "job", id: "a" }, { type: "GO" });
  await until(() => runs.length === 1, { what: "the effect" });
  await until(() => node.send({ kind: "job", id: "b" }, { type: "STOP" }).catch(() => true), {
    what: "another actor",
  });
  await until(() => node.host.active === 1, { what: "the other one to leave" });
  strictEqual(runs[0]?.signal.aborted, false);
  resolve(1);
  await until(() => node.host.active === 0, { what: "it to leave, too" });
});

Deno.test("the effect of a state that is left is aborted, and its late result is ignored", async () => {
  const { work, runs, resolve } = held();
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await node.send(address, { type: "STOP" });
  await until(() => runs[0]?.signal.aborted, { what: "the abort" });
  await node.send(address, { type: "GO" });
  await until(() => runs.length === 2, { what: "the second run" });
  resolve("late");
  await logged(node.bus, address, DONE);
  deepStrictEqual(await typesOf(node.bus, address), ["xstate.init", "GO", "STOP", "GO", DONE]);
  ok(runs[0]?.key !== runs[1]?.key);
});

Deno.test("an effect that is stopped in the commit that starts it does not run", async () => {
  const { work, runs } = held();
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await Promise.all(["STOP", "GO", "STOP"].map((type) => node.send(address, { type })));
  strictEqual(runs.length, 1);
});

Deno.test("a failing effect gives an error event with name, message and code, and no stack", async () => {
  const error = Object.assign(new RangeError("too much"), { code: "E_MUCH" });
  const work = fromPromise(() => Promise.reject(error));
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  const { event } = await logged(node.bus, address, ERROR);
  deepStrictEqual(event.error, { name: "RangeError", message: "too much", code: "E_MUCH" });
});

Deno.test("an effect that throws at once gives the same", async () => {
  const work = fromCallback(() => {
    throw new Error("no");
  });
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  const { event } = await logged(node.bus, address, ERROR);
  deepStrictEqual(event.error, { name: "Error", message: "no" });
});

for (const [what, output] of [["too large", "x".repeat(300_000)], ["no JSON", 1n]] as const) {
  Deno.test(`a result that is ${what} becomes an error event`, async () => {
    await using node = await startNode("n1", {
      kinds: [job(fromPromise(() => Promise.resolve(output)))],
    });
    const address = { kind: "job", id: "a" };
    await node.send(address, { type: "GO" });
    match(JSON.stringify((await logged(node.bus, address, ERROR)).event), /Cannot encode/);
  });
}

Deno.test("a callback's events are logged in order, it hears what it is sent, and it is cleaned up", async () => {
  const heard: string[] = [];
  const work = fromCallback(({ sendBack, receive }) => {
    for (let n = 0; n < 20; n++) sendBack({ type: "TICK", n });
    receive(({ type }) => heard.push(type));
    return () => heard.push("cleaned up");
  });
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await until(async () => (await eventsOf(node.bus, address)).length === 22, { what: "20 ticks" });
  const ticks = (await eventsOf(node.bus, address)).slice(2);
  deepStrictEqual(ticks.map(({ event }) => event.n), Array.from({ length: 20 }, (_, n) => n));
  await node.send(address, { type: "TELL" });
  await node.send(address, { type: "STOP" });
  await until(() => heard.length === 2, { what: "the end" });
  deepStrictEqual(heard, ["HELLO", "cleaned up"]);
});

/** An observable of some values, and then its end. */
function values(all: readonly unknown[], observed: string[]) {
  return {
    subscribe(observer: { next(value: unknown): void; complete(): void }) {
      queueMicrotask(() => {
        for (const value of all) observer.next(value);
        observer.complete();
      });
      return { unsubscribe: () => void observed.push("unsubscribed") };
    },
  };
}

Deno.test("an observable's values come as snapshots where the machine asks for them, then its end", async () => {
  // deno-lint-ignore no-explicit-any -- XState wants its own type of observable, with overloads.
  const work = fromObservable(() => values([1, 2, 3], []) as any);
  await using node = await startNode("n1", { kinds: [job(work, { sync: true })] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await logged(node.bus, address, DONE);
  const told = (await eventsOf(node.bus, address)).slice(3, -1);
  deepStrictEqual(told.map(({ event }) => event.snapshot.context), [1, 2, 3]);
  ok(told.every(({ event }) => event.type === "xstate.snapshot.work"));
});

Deno.test("an observable of events sends them to its machine", async () => {
  const ticks = [{ type: "TICK", n: 1 }, { type: "TICK", n: 2 }];
  // deno-lint-ignore no-explicit-any -- as above
  const work = fromEventObservable(() => values(ticks, []) as any);
  await using node = await startNode("n1", { kinds: [job(work)] });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  await logged(node.bus, address, DONE);
  deepStrictEqual(await typesOf(node.bus, address, { own: false }), ["GO", "TICK", "TICK"]);
});

Deno.test("effects above the bound of an actor end with an error event, and the others run", async () => {
  const { work, runs, resolve } = held();
  await using node = await startNode("n1", { kinds: [job(work)], effects: { perActor: 0 } });
  const address = { kind: "job", id: "a" };
  await node.send(address, { type: "GO" });
  const { event } = await logged(node.bus, address, ERROR);
  match(JSON.stringify(event.error), /"EffectLimitError".*this actor has 0 already/);
  strictEqual(runs.length, 0);
  resolve(1);
});

Deno.test("effects above the bound of a node wait their turn, and those above that are refused", async () => {
  const { work, runs, resolve } = held();
  await using node = await startNode("n1", {
    ...{ kinds: [job(work)], effects: { perNode: 1, waiting: 1 } },
  });
  const addresses = ["a", "b", "c"].map((id) => ({ kind: "job", id }));
  for (const address of addresses) await node.send(address, { type: "GO" });
  const { event } = await logged(node.bus, { kind: "job", id: "c" }, ERROR);
  match(JSON.stringify(event.error), /too many wait on this node/);
  strictEqual(runs.length, 1);
  resolve(1);
  await logged(node.bus, { kind: "job", id: "b" }, DONE);
  strictEqual(runs.length, 2);
});

Deno.test("a node that stops aborts its effects, and the next owner runs them", async () => {
  const one = held(), two = held();
  await using second = await startNode("n2", { kinds: [job(two.work)] });
  const address = ownedBy("n1", { kind: "job", among: ["n1", "n2"] });
  {
    await using first = await startNode("n1", { kinds: [job(one.work)], realm: second.realm });
    await first.send(address, { type: "GO" });
    await until(() => one.runs.length === 1, { what: "the effect at the first node" });
  }
  ok(one.runs[0]?.signal.aborted);
  await until(() => two.runs.length === 1, { what: "the effect at the second node" });
  strictEqual(two.runs[0]?.key, one.runs[0]?.key);
});

Deno.test("a node that joins takes over the effects of the actors that become its own", async () => {
  const one = held(), two = held();
  await using first = await startNode("n1", { kinds: [job(one.work)] });
  const address = ownedBy("n2", { kind: "job", among: ["n1", "n2"] });
  await first.send(address, { type: "GO" });
  await until(() => one.runs.length === 1, { what: "the effect at the first node" });
  await using _second = await startNode("n2", { kinds: [job(two.work)], realm: first.realm });
  await until(() => one.runs[0]?.signal.aborted, { what: "the abort at the first node" });
  await until(() => two.runs.length === 1, { what: "the effect at the second node" });
  two.resolve("done");
  await logged(first.bus, address, DONE);
  strictEqual(one.runs.length, 1);
});

Deno.test("an effect in flight runs again, with the same key, after everything was restarted meanwhile", async () => {
  const one = held(), two = held();
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using world = await createWorld({ kinds: [job(two.work)], servers: nats.url });
  const options = { realm: world.realm, servers: nats.url, ttlMs: 3_000 };
  const address = { kind: "job", id: "a" };
  {
    await using before = await startNode("n1", { kinds: [job(one.work)], ...options });
    await before.send(address, { type: "GO" });
    await until(() => one.runs.length === 1, { what: "the effect" });
    nats.signal("SIGKILL");
    await before.crash();
  }
  await nats.restart();
  // Nobody sends it anything: it is found by what it left under way.
  await using _after = await startNode("n2", { kinds: [job(two.work)], ...options });
  await until(() => two.runs.length === 1, { what: "the effect again" });
  strictEqual(two.runs[0]?.key, one.runs[0]?.key);
  ok(one.runs[0]?.signal.aborted);
  two.resolve("done");
  await logged(world.bus, address, DONE);
});
