/**
 * Another hash key, without making a single key anew.
 *
 * @module
 */
import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { addKey, ROOT, TEST_HASH_KEY, testNode } from "./_testing.ts";
import { createToken } from "./token.ts";

const NEXT = "another hash key of more than 32 characters";

Deno.test("tokens that are used while two hash keys count outlive the first of them", async () => {
  await using node = await testNode();
  const place = { databaseUrl: node.databaseUrl, realm: node.realm };
  const used = await addKey(node), unused = await addKey(node);
  const peerToken = createToken("peer");
  await node.stores.peers.insert({
    ...{ peerId: "dev1", role: "node", displayName: null, resources: {}, fingerprints: [] },
    ...{ limit: null, ownScopes: [], roles: [] },
  }, ROOT);
  const hash = node.hasher.hash(peerToken.token);
  await node.stores.peers.addToken("dev1", { ...peerToken, hash, notAfter: null }, ROOT);
  const hashOf = async (credential: string) =>
    (await node.stores.credentials.find(credential))?.hash;
  {
    // First of all every node accepts both, and makes hashes as before.
    await using first = await testNode({ ...place, otherHashKeys: { nextHashKey: NEXT } });
    ok(await first.identities.identify(used.token));
  }
  const before = await hashOf(used.prefix);
  {
    await using second = await testNode({
      ...{ ...place, hashKey: NEXT },
      otherHashKeys: { previousHashKey: TEST_HASH_KEY },
    });
    for (const { token, prefix } of [used, peerToken]) {
      ok(await second.identities.identify(token));
      await until(async () => await hashOf(prefix) === second.hasher.hash(token), {
        what: "the hash to be replaced",
      });
      strictEqual(await second.identities.identify(`${token.slice(0, -1)}~`), null);
    }
    notStrictEqual(await hashOf(used.prefix), before);
    // A node that still works as before knows them, too, as long as it was told of the next key.
    await using first = await testNode({ ...place, otherHashKeys: { nextHashKey: NEXT } });
    ok(await first.identities.identify(used.token));
    const { items } = await second.stores.audit.list({ limit: 9, action: "hub.hash-key-changed" });
    ok(items.length > 0);
  }
  await using third = await testNode({ ...place, hashKey: NEXT });
  ok(await third.identities.identify(used.token));
  ok(await third.identities.identify(peerToken.token));
  strictEqual(await third.identities.identify(unused.token), null, "nobody used it meanwhile");
  await rejects(testNode(place), /its keys were hashed with another hash key/);
  deepStrictEqual(third.hasher.previousCheck, undefined);
});
