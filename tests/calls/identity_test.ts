/**
 * Identities that change while their connections are open, on every node of a hub.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { connectSpoke, type Program } from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";
import { clientAt, type Hubs, spokeAt, startHubs, untilKnown } from "./_hubs_testing.ts";

/**
 * How long a change may take to reach the last node: a second, and longer beside other tests. Without
 * being told, nobody would notice.
 */
const SOON_MS = 10_000;

async function closesSoon(programs: readonly Program[], act: () => Promise<unknown>) {
  const startedAt = performance.now();
  await act();
  const codes = await Promise.all(programs.map(async ({ closed }) => (await closed).code));
  const tookMs = performance.now() - startedAt;
  ok(tookMs < SOON_MS, `it took ${tookMs} ms`);
  return codes;
}

const prefixOf = (token: string) => token.split("_").slice(0, 2).join("_");

async function clientsAt({ nodes }: Hubs, key: string, stack: AsyncDisposableStack) {
  return await Promise.all(nodes.map(async (node) => stack.use(await clientAt(node, key))));
}

Deno.test("a spoke that is disabled is gone from every node within a second, and comes in nowhere", async () => {
  await using hubs = await startHubs(3);
  const [first, second] = hubs.nodes;
  ok(first !== undefined && second !== undefined);
  const token = await hubs.spoke("dev1");
  await using spoke = await spokeAt(second, { name: "dev1", token, hubs });
  await using client = await clientAt(first, await hubs.key("spokes:call"));
  const running = rejects(client.session.call("/dev1/test/wait", {}), { retryable: false });
  await until(() => spoke.running() === 1, { what: "the call to run" });
  const disable = () => hubs.operator.call("hub/peers/update", { peerId: "dev1", enabled: false });
  deepStrictEqual(await closesSoon([spoke], disable), [4403]);
  await running;
  for (const node of hubs.nodes) {
    await rejects(connectSpoke(node, "dev1", token), /Cannot connect/);
    await using asking = await clientAt(node, await hubs.key("spokes:call"));
    await until(async () => {
      await rejects(asking.session.call("/dev1/test/echo", { text: "x" }), {
        code: "OPERATION_NOT_FOUND",
      });
      return true;
    }, { what: "the spoke to be unknown" });
  }
  await hubs.operator.call("hub/peers/update", { peerId: "dev1", enabled: true });
  await using _again = await spokeAt(first, { name: "dev1", token, hubs });
});

Deno.test("a key that is revoked closes its sockets on every node with 4401, and no others", async () => {
  await using hubs = await startHubs(3);
  await using stack = new AsyncDisposableStack();
  const key = await hubs.key("spokes:call");
  const theirs = await clientsAt(hubs, key, stack);
  const others = await clientsAt(hubs, await hubs.key("spokes:call"), stack);
  const revoke = () => hubs.operator.call("hub/keys/revoke", { prefix: prefixOf(key) });
  deepStrictEqual(await closesSoon(theirs, revoke), [4401, 4401, 4401]);
  for (const { session } of others) ok(await session.call("/services/list", {}));
  for (const node of hubs.nodes) await rejects(clientAt(node, key), /Cannot connect/);
});

Deno.test("a key that is revoked ends its streams over HTTP, which begin no more", async () => {
  await using hubs = await startHubs(1);
  const [node] = hubs.nodes;
  ok(node !== undefined);
  const key = await hubs.key("calls:read");
  const subscribe = () =>
    fetch(new URL("/subscribe", node.url.replace(/^ws/, "http")), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ operation: "/hub/calls/tail" }),
    });
  const response = await subscribe();
  strictEqual(response.status, 200);
  await hubs.operator.call("hub/keys/revoke", { prefix: prefixOf(key) });
  match(await response.text(), /event: error\ndata: .*"ABORTED"/);
  const again = await subscribe();
  await again.body?.cancel();
  strictEqual(again.status, 401);
});

Deno.test("a key whose scopes change closes its sockets, and has the new ones when it is back", async () => {
  await using hubs = await startHubs(2);
  await using stack = new AsyncDisposableStack();
  const key = await hubs.key("keys:admin");
  const clients = await clientsAt(hubs, key, stack);
  for (const { session } of clients) await session.call("/hub/keys/list", {});
  const narrow = () =>
    hubs.operator.call("hub/keys/update", { prefix: prefixOf(key), scopes: ["spokes:call"] });
  deepStrictEqual(await closesSoon(clients, narrow), [4401, 4401]);
  for (const node of hubs.nodes) {
    await using again = await clientAt(node, key);
    await rejects(again.session.call("/hub/keys/list", {}), { code: "ACCESS_DENIED" });
  }
});

Deno.test("peers-and-auth.md 14.1: a spoke keeps its name when its token changes", async () => {
  await using hubs = await startHubs(2);
  const [first, second] = hubs.nodes;
  ok(first !== undefined && second !== undefined);
  const token = await hubs.spoke("dev1");
  await using spoke = await spokeAt(first, { name: "dev1", token, hubs });
  const added = await hubs.operator.call("hub/peers/add-token", { peerId: "dev1" });
  const next = String(Reflect.get(Object(added), "token"));
  const end = () =>
    hubs.operator.call("hub/peers/remove-credential", {
      peerId: "dev1",
      credential: prefixOf(token),
    });
  deepStrictEqual(await closesSoon([spoke], end), [4401]);
  await using _again = await connectSpoke(second, "dev1", next);
  const asking = await hubs.key("spokes:call");
  await untilKnown(first, { name: "dev1", token: asking });
});

Deno.test("peers-and-auth.md 14.7: a spoke with its own scopes administers nothing", async () => {
  await using hubs = await startHubs(1);
  const [node] = hubs.nodes;
  ok(node !== undefined);
  await using spoke = await spokeAt(node, { name: "dev1", token: await hubs.spoke("dev1"), hubs });
  const asks = ["/hub/keys/list", "/hub/peers/list", "/hub/actors/list"];
  for (const name of asks) {
    await rejects(spoke.session.call(name, {}), { code: /ACCESS_DENIED|OPERATION_NOT_FOUND/ });
  }
  strictEqual(spoke.running(), 0);
});
