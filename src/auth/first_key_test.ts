import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { testDatabase } from "../../tests/harness/database.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { ROOT, testNode } from "./_testing.ts";
import { openInstallation } from "./first_key.ts";
import { SCOPES } from "./scopes.ts";

Deno.test("the first start makes a key that may do everything, and no later one does", async () => {
  await using node = await testNode();
  ok(node.firstKey !== undefined);
  const first = await node.identities.identify(node.firstKey);
  deepStrictEqual(first?.identity.scopes, SCOPES.toSorted());
  await using second = await testNode(node);
  strictEqual(second.firstKey, undefined);
  await node.stores.keys.revoke(first?.identity.id ?? "", ROOT);
  await using third = await testNode(node);
  strictEqual(third.firstKey, undefined, "not even once it is revoked");
});

Deno.test("ten nodes that start together on an empty hub make one key", async () => {
  await using database = await testDatabase();
  const realm = testRealm();
  await using stack = new AsyncDisposableStack();
  const nodes = await Promise.all(Array.from({ length: 10 }, async () => {
    return stack.use(await testNode({ databaseUrl: database.url, realm }));
  }));
  strictEqual(nodes.filter(({ firstKey }) => firstKey !== undefined).length, 1);
  strictEqual((await nodes[0]?.stores.keys.list({ limit: 10 }))?.items.length, 1);
});

Deno.test("a node with another hash key is told so, and changes nothing", async () => {
  await using node = await testNode();
  const hashKey = "another key that is long enough!";
  await rejects(testNode({ ...node, hashKey }), /another hash key.*HUB_AUTH_HASH_KEY/);
  const { items } = await node.stores.audit.list({ limit: 10 });
  deepStrictEqual(items.map(({ action }) => action), ["key.created", "hub.installed"]);
});

Deno.test("an older node does not set back the roles of a newer one", async () => {
  await using node = await testNode();
  await node.database.pool.query("update installation set roles_revision = 999");
  await node.database.pool.query("update roles set scopes = '{newer}' where name = 'viewer'");
  await openInstallation(node.stores.installation, node.hasher);
  const viewer = (await node.stores.roles.list()).find(({ name }) => name === "viewer");
  deepStrictEqual(viewer?.scopes, ["newer"]);
});

Deno.test("a newer node brings the roles up to date, with whatever follows from them", async () => {
  await using node = await testNode();
  await node.database.pool.query(
    "update installation set roles_revision = 0;" +
      "update roles set scopes = '{}' where name = 'admin';" +
      "update api_keys set scopes = '{}'",
  );
  await openInstallation(node.stores.installation, node.hasher);
  const { items: [first] } = await node.stores.keys.list({ limit: 1 });
  deepStrictEqual(first?.scopes, SCOPES.toSorted());
});

Deno.test("a hub that has lost its hash key begins anew once its row is removed", async () => {
  await using node = await testNode();
  const lost = node.firstKey ?? "";
  await node.database.pool.query("delete from installation");
  await using again = await testNode({ ...node, hashKey: "another key that is long enough!" });
  ok(again.firstKey !== undefined);
  ok(await again.identities.identify(again.firstKey));
  strictEqual(await again.identities.identify(lost), null);
});
