/** What the hub tells of its own nodes, and of the spokes that are connected to them. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { VERSION } from "../src/version.ts";
import { clientAt, type Hubs, spokeAt, startHubs } from "./calls/_hubs_testing.ts";

/** Two nodes: `b` and `c` at the first, `a` at the second. */
async function startOverview(): Promise<Hubs> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(2));
  for (const [at, name] of [[0, "b"], [0, "c"], [1, "a"]] as const) {
    const place = hubs.nodes[at];
    ok(place);
    stack.use(await spokeAt(place, { name, token: await hubs.spoke(name), hubs }));
  }
  const parts = stack.move();
  return { ...hubs, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** What an operation answered; tests read what they look for. */
// deno-lint-ignore no-explicit-any -- the schema of each output is checked by the dispatcher
async function ask(hubs: Hubs, operation: string, input: object = {}): Promise<any> {
  return await hubs.operator.call(`hub/${operation}`, input);
}

Deno.test("the hub tells of its nodes and spokes", async (t) => {
  await using hubs = await startOverview();
  const { nodes } = await ask(hubs, "nodes/list");

  await t.step("of nodes: which there are, which one answers, what runs there since when", () => {
    strictEqual(nodes.length, 2);
    deepStrictEqual(
      nodes.map(({ spokes }: { spokes: number }) => spokes).toSorted(),
      [1, 2],
    );
    strictEqual(nodes.filter(({ here }: { here: boolean }) => here).length, 1);
    for (const { id, epoch, version, startedAt } of nodes) {
      ok(typeof id === "string" && epoch > 0 && startedAt <= Date.now());
      strictEqual(version, VERSION);
    }
  });
  await t.step("of spokes: where each is, and how much it offers", async () => {
    const { spokes } = await ask(hubs, "spokes/list");
    deepStrictEqual(spokes.map(({ peerId }: { peerId: string }) => peerId), ["a", "b", "c"]);
    const [a, b, c] = spokes;
    strictEqual(b.node, c.node);
    ok(a.node !== b.node && a.operations > 5);
    const { spokes: there } = await ask(hubs, "spokes/list", { node: a.node });
    deepStrictEqual(there, [a]);
  });
  await t.step("a page at a time", async () => {
    const first = await ask(hubs, "spokes/list", { limit: 2 });
    const second = await ask(hubs, "spokes/list", { limit: 2, after: first.next });
    deepStrictEqual(second.spokes.map(({ peerId }: { peerId: string }) => peerId), ["c"]);
    strictEqual(second.next, undefined);
    const one = await ask(hubs, "nodes/list", { limit: 1 });
    // Either node may answer.
    const [other] = (await ask(hubs, "nodes/list", { after: one.next })).nodes;
    strictEqual(other.id, nodes[1].id);
    await rejects(ask(hubs, "nodes/list", { after: "nonsense" }), { code: "VALIDATION_ERROR" });
  });
  await t.step("to those who may look", async () => {
    const place = hubs.nodes[0];
    ok(place);
    for (const [operation, scope] of [["spokes", "actors:read"], ["nodes", "metrics:read"]]) {
      await using looker = await clientAt(place, await hubs.key(scope ?? ""));
      await looker.session.call(`/hub/${operation}/list`, {});
      await using other = await clientAt(place, await hubs.key("spokes:call"));
      await rejects(other.session.call(`/hub/${operation}/list`, {}), { code: "ACCESS_DENIED" });
    }
  });
});
