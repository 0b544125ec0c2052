import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { gated } from "./_gated.ts";
import { startNode, type TestNode } from "./_nodes_testing.ts";

const ADD = { type: "ADD", n: 1 };
const at = (i: number) => ({ kind: "counter", id: `a${i}` });
/** So many may be saved at a time, of those that are idle and of those that are another node's. */
const AT_A_TIME = 2 * 32;

/** A node that is too busy to say that it is there must not lose its actors meanwhile. */
const ttlMs = 30_000;

/** Makes actors, a few hundred at a time. */
async function makeActors(node: TestNode, count: number): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 256 }, async () => {
    for (let i = next++; i < count; i = next++) await node.send(at(i), ADD);
  }));
}

Deno.test("a command is answered while many hundreds of actors, idle at once, have still to leave memory", async () => {
  const COUNT = 1_500, snapshots = gated("snap");
  await using world = await testBus();
  await using node = await startNode("n1", {
    ...{ realm: world.bus.realm, ttlMs },
    kinds: [{ ...counter, passivateAfterMs: 100 }],
    through: snapshots.through,
  });
  snapshots.close();
  await makeActors(node, COUNT);
  await until(() => snapshots.waiting > 0, { what: "the first ones to be on their way out" });
  const answer = node.send({ kind: "counter", id: "other" }, ADD);
  snapshots.open();
  await answer;
  ok(node.host.active > COUNT / 3, `${node.host.active} of ${COUNT} are there`);
  await until(() => node.host.active === 0, { what: "all to have left" });
  ok(snapshots.most <= AT_A_TIME, `${snapshots.most} were saved at a time`);
  deepStrictEqual((await node.host.get(at(COUNT - 1)))?.context, { count: 1 });
});

Deno.test("a node that joins, and one that leaves, have actors saved a few at a time", async () => {
  const COUNT = 600, kinds = [counter], snapshots = gated("snap");
  await using world = await testBus();
  const { realm } = world.bus;
  const first = await startNode("n1", { kinds, realm, ttlMs, through: snapshots.through });
  await makeActors(first, COUNT);
  await using second = await startNode("n2", { kinds, realm, ttlMs });
  await until(() => snapshots.passed > 0 && first.host.active < COUNT * 3 / 4, {
    what: "the share of the second node to have left",
  });
  await until(() => first.host.owner(at(0)) === second.host.owner(at(0)), { what: "agreement" });
  await first[Symbol.asyncDispose]();
  strictEqual(snapshots.passed, COUNT, "each has been saved");
  ok(snapshots.most <= AT_A_TIME, `${snapshots.most} were saved at a time`);
});

Deno.test("a node that stops leaves it at the snapshots it has come to in time, and nothing is lost", async () => {
  const COUNT = 200, kinds = [counter], snapshots = gated("snap");
  await using world = await testBus();
  const { realm } = world.bus, { through } = snapshots;
  const first = await startNode("n1", { kinds, realm, ttlMs, through, saveMs: 0 });
  await makeActors(first, COUNT);
  snapshots.close();
  const stopped = first[Symbol.asyncDispose]();
  await until(() => snapshots.waiting > 0, { what: "the first ones to be saved" });
  snapshots.open();
  await stopped;
  ok(snapshots.passed <= AT_A_TIME, `${snapshots.passed} were saved`);
  await using second = await startNode("n2", { kinds, realm, ttlMs });
  deepStrictEqual((await second.host.get(at(COUNT - 1)))?.context, { count: 1 });
});
