import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { until } from "../../tests/harness/until.ts";
import { gated } from "./_gated.ts";
import { held, job } from "./_job.ts";
import { createWorld, ownedBy, startNode, typesOf } from "./_nodes_testing.ts";
import { forward } from "./forward.ts";

const among = ["n1", "n2"];
const GO = { type: "GO" }, STOP = { type: "STOP" };

/** Two nodes, of which the first one has an idle actor in memory that is the second one's. */
async function leaving() {
  await using stack = new AsyncDisposableStack();
  const snapshots = gated("snap"), commits = gated("evt");
  const there = held();
  const at = ownedBy("n2", { kind: "job", among });
  const world = stack.use(await createWorld({ kinds: [job(held().work)] }));
  const { realm } = world;
  const first = stack.use(
    await startNode("n1", {
      realm,
      kinds: [{ ...job(held().work), passivateAfterMs: 200 }],
      through: (bus) => commits.through(snapshots.through(bus)),
    }),
  );
  snapshots.close();
  await first.send(at, GO);
  await first.send(at, STOP);
  // A test that fails must end, too.
  stack.defer(() => {
    snapshots.open();
    commits.open();
  });
  const startSecond = () => startNode("n2", { realm, kinds: [job(there.work)], sweepMs: 600_000 });
  const parts = stack.move();
  return {
    ...{ world, first, at, there, snapshots, commits, startSecond },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("what is committed while an actor leaves a node is taken up by the one it leaves for", async () => {
  await using test = await leaving();
  const { world, first, at, there, snapshots, commits } = test;
  await using second = await test.startSecond();
  await until(() => first.host.owner(at) === "n2" && snapshots.waiting > 0, {
    what: "it to be on its way out",
  });
  commits.close();
  // From a node that has not heard of the second one yet.
  const command = { id: "late", event: GO, cause: { from: "caller" } } as const;
  const answered = forward(second.bus, { node: "n1", address: at, command });
  await until(() => commits.waiting === 1, { what: "the command to be under way" });
  snapshots.open();
  await until(() => snapshots.passed > 0, { what: "the snapshot to be saved" });
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  commits.open();
  strictEqual((await answered)?.value, "busy");
  await until(() => there.runs.length === 1, { what: "the effect to run at the second node" });
  there.resolve("done");
  await until(async () => (await typesOf(world.bus, at)).at(-1) === "xstate.done.actor.work", {
    what: "it to end",
  });
  await until(() => first.host.active === 0, { what: "the first node to have forgotten it" });
});

Deno.test("an actor that is let go while it is leaving anyway leaves once", async () => {
  await using test = await leaving();
  const { first, at, snapshots } = test;
  await until(() => snapshots.waiting === 1, { what: "it to be leaving for being idle" });
  await using _second = await test.startSecond();
  await until(() => first.host.owner(at) === "n2" && snapshots.waiting === 2, {
    what: "it to be leaving for the second node as well",
  });
  snapshots.open();
  await until(() => first.host.active === 0, { what: "it to have left" });
  // And nothing of it stays behind: no timer, as the sanitizers see, that would save it once more.
  await until(() => snapshots.passed === 2, { what: "both to be saved" });
});

Deno.test("what another node has begun with an actor that is in memory here is carried on when that node dies", async () => {
  const here = held(), there = held();
  await using world = await createWorld({ kinds: [job(held().work)] });
  const { realm } = world;
  const at = ownedBy("n1", { kind: "job", among });
  await using first = await startNode("n1", { realm, kinds: [job(here.work)], sweepMs: 600_000 });
  await using second = await startNode("n2", { realm, kinds: [job(there.work)] });
  await until(() => [first, second].every(({ host }) => host.owner(at) === "n1"), {
    what: "both to see each other",
  });
  await first.send(at, GO);
  await first.send(at, STOP);
  strictEqual(here.runs.length, 1);
  // From a node that takes the second one for the owner.
  const command = { id: "elsewhere", event: GO, cause: { from: "caller" } } as const;
  await forward(first.bus, { node: "n2", address: at, command });
  strictEqual(there.runs.length, 1);
  await second.crash();
  await until(() => here.runs.length === 2, { what: "the effect to run at the first node" });
  deepStrictEqual(here.runs[1]?.key, there.runs[0]?.key);
  here.resolve("done");
  await until(async () => (await typesOf(world.bus, at)).at(-1) === "xstate.done.actor.work", {
    what: "it to end",
  });
});
