import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { testOperations } from "../identities/_testing.ts";

const PRINT = `ed25519:${"ab".repeat(32)}`, OTHER = `SHA256:${"cd".repeat(32)}`;
const PEER = { peerId: "dev1", role: "node", scopes: ["spokes:call"] };

Deno.test("a peer keeps its id while its credentials come and go", async () => {
  await using hub = await testOperations();
  const { call, node: { identities } } = hub;
  await call("peers/create", { ...PEER, fingerprints: [PRINT], displayName: "Dev" });
  const first = await call("peers/add-token", { peerId: "dev1" });
  const id = async (token: string) => (await identities.identify(token))?.identity.id;
  strictEqual(await id(first.token), "dev1");
  const second = await call("peers/add-token", { peerId: "dev1", othersEndInMinutes: 0 });
  strictEqual(await id(first.token), undefined);
  strictEqual(await id(second.token), "dev1");
  await call("peers/add-fingerprint", { peerId: "dev1", fingerprint: OTHER });
  await call("peers/remove-credential", { peerId: "dev1", credential: PRINT });
  strictEqual(await identities.identifyFingerprint(PRINT), null);
  ok(await identities.identifyFingerprint(OTHER));
  const { prefix } = (await call("peers/get", { peerId: "dev1" })).tokens.at(-1);
  const view = await call("peers/remove-credential", { peerId: "dev1", credential: prefix });
  deepStrictEqual(view.fingerprints, [OTHER]);
  strictEqual(await id(second.token), undefined);
});

Deno.test("a peer that is disabled is nobody by any of its credentials", async () => {
  await using hub = await testOperations();
  const { call, node: { identities } } = hub;
  await call("peers/create", { ...PEER, fingerprints: [PRINT] });
  const { token } = await call("peers/add-token", { peerId: "dev1" });
  ok(await identities.identify(token) && await identities.identifyFingerprint(PRINT));
  await call("peers/update", { peerId: "dev1", enabled: false });
  strictEqual(await identities.identify(token), null);
  strictEqual(await identities.identifyFingerprint(PRINT), null);
  await call("peers/update", { peerId: "dev1", enabled: true });
  ok(await identities.identify(token));
});

Deno.test("an id is given once, and a fingerprint leads to one peer", async () => {
  await using hub = await testOperations();
  const { call } = hub;
  await call("peers/create", { ...PEER, fingerprints: [PRINT] });
  await rejects(call("peers/create", PEER), { code: "CONFLICT" });
  await rejects(call("peers/create", { peerId: "dev2", role: "node", fingerprints: [PRINT] }), {
    code: "CONFLICT",
  });
  await call("peers/create", { peerId: "dev2", role: "node" });
  await rejects(call("peers/add-fingerprint", { peerId: "dev2", fingerprint: PRINT }), {
    code: "CONFLICT",
  });
  await call("peers/remove", { peerId: "dev1" });
  await rejects(call("peers/create", PEER), { code: "CONFLICT" });
  await rejects(call("peers/get", { peerId: "dev1" }), { code: "PEER_NOT_FOUND" });
  await call("peers/add-fingerprint", { peerId: "dev2", fingerprint: PRINT });
});

Deno.test("pages of peers hold each of them once, in order", async () => {
  await using hub = await testOperations();
  const ids = ["a", "b", "c", "d", "e"];
  for (const peerId of ids.toReversed()) await hub.call("peers/create", { ...PEER, peerId });
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await hub.call("peers/list", { limit: 2, ...(after ? { after } : {}) });
    seen.push(...page.peers.map(({ peerId }: { peerId: string }) => peerId));
    after = page.next;
  } while (after !== undefined);
  deepStrictEqual(seen, ids);
});

const WRONG = {
  "a reserved id": { ...PEER, peerId: "hub" },
  "an id in capitals": { ...PEER, peerId: "Dev" },
  "an id of letters that only look Latin": { ...PEER, peerId: "d\u0435v" },
  "an id with a slash": { ...PEER, peerId: "a/b" },
  "an id with a line break": { ...PEER, peerId: "a\n" },
  "an unknown role": { ...PEER, role: "admin" },
  "a tombstone of one's own": { ...PEER, deletedAt: null },
  "effective scopes": { ...PEER, ownScopes: ["admin"] },
  "a fingerprint in capitals": { ...PEER, fingerprints: [PRINT.toUpperCase()] },
  "a fingerprint of another kind": { ...PEER, fingerprints: ["md5:00"] },
  "resources by a prototype": {
    ...PEER,
    resources: JSON.parse('{"__proto__":["read"]}'),
  },
  "resources by number": { ...PEER, resources: { repo: "read" } },
};

Deno.test("peers/create takes nothing but what it names", async (t) => {
  await using hub = await testOperations();
  for (const [what, input] of Object.entries(WRONG)) {
    await t.step(`it refuses ${what}`, async () => {
      await rejects(hub.call("peers/create", input), { code: "VALIDATION_ERROR" });
      deepStrictEqual((await hub.call("peers/list", {})).peers, []);
    });
  }
});
