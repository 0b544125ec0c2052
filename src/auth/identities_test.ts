import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { CallError } from "@alkdev/operations";
import { addKey, ROOT, testNode } from "./_testing.ts";
import { createAttempts } from "./attempts.ts";
import { createIdentities, type IdentitiesOptions } from "./identities.ts";
import type { StoredCredential } from "./records.ts";
import { createToken } from "./token.ts";
import { createTokenHasher } from "./token_hash.ts";

const PRINT = `ed25519:${"ab".repeat(32)}`;

Deno.test("identify() knows a key by its token, from the database and then from memory", async () => {
  await using node = await testNode();
  const { token, prefix } = await addKey(node, { ownScopes: ["b", "a"], roles: ["viewer"] });
  const found = await node.identities.identify(token);
  ok(found);
  strictEqual(`${found.kind} ${found.identity.id} ${found.role}`, `key ${prefix} client`);
  deepStrictEqual(found.identity.scopes, [
    ...["a", "actors:read", "b", "calls:read", "metrics:read", "sessions:read", "tasks:read"],
  ]);
  deepStrictEqual(found.identity.resources, {});
  strictEqual(node.identities.identify(token), found);
  strictEqual(node.identities.identifiedOf(found.identity), found);
});

Deno.test("nobody can widen an identity that they were given", async () => {
  await using node = await testNode();
  const { token } = await addKey(node);
  const found = await node.identities.identify(token);
  throws(() => found?.identity.scopes.push("admin"), TypeError);
  throws(() => Object.assign(found?.identity ?? {}, { scopes: ["admin"] }), TypeError);
});

Deno.test("a peer is the same identity by each of its credentials", async () => {
  await using node = await testNode();
  const { stores: { peers }, hasher, identities } = node;
  const { token, prefix } = createToken("peer");
  await peers.insert({
    peerId: "worker-1",
    role: "node",
    displayName: null,
    ownScopes: ["spokes:call"],
    roles: [],
    resources: { repo: ["read"] },
    fingerprints: [PRINT],
    limit: { perSecond: 7, burst: 8 },
  }, ROOT);
  await peers.addToken(
    "worker-1",
    { prefix, hash: hasher.hash(token), notAfter: null },
    ROOT,
  );
  const byToken = await identities.identify(token);
  const byPrint = await identities.identifyFingerprint(PRINT);
  deepStrictEqual(byToken?.identity, byPrint?.identity);
  deepStrictEqual(byToken?.identity, {
    id: "worker-1",
    scopes: ["spokes:call"],
    resources: { repo: ["read"] },
  });
  strictEqual(byToken.role, "node");
  deepStrictEqual(byToken.limit, { perSecond: 7, burst: 8 });
});

Deno.test("what opens nothing is nobody", async () => {
  await using node = await testNode();
  const { identities, stores } = node;
  const { token, prefix } = await addKey(node);
  const disabled = await addKey(node), expired = await addKey(node), revoked = await addKey(node);
  await stores.keys.update(disabled.prefix, { enabled: false }, ROOT);
  await stores.keys.update(expired.prefix, { expiresAt: new Date(Date.now() - 1) }, ROOT);
  await stores.keys.revoke(revoked.prefix, ROOT);
  const sameId = `${prefix}_${createToken("key").token.slice(15)}`;
  const nobody = {
    "an empty text": "",
    "an unknown key": createToken("key").token,
    "a registration token": createToken("registration").token,
    "a known id with another secret": sameId,
    "a prefix alone": prefix,
    "a disabled key": disabled.token,
    "an expired key": expired.token,
    "a revoked key": revoked.token,
    "a key with something after it": `${token} `,
  };
  for (const [what, presented] of Object.entries(nobody)) {
    strictEqual(await identities.identify(presented), null, what);
    // Once more, when the id may be in memory.
    strictEqual(await identities.identify(presented), null, what);
  }
  ok(await identities.identify(token));
  strictEqual(await identities.identify(sameId), null);
  strictEqual(await identities.identifyFingerprint(PRINT), null);
  strictEqual(await identities.identifyFingerprint("ed25519:zz"), null);
  strictEqual(await identities.identifyFingerprint(token), null);
});

Deno.test("refresh() says what became of somebody who is connected", async () => {
  await using node = await testNode();
  const { token, prefix } = await addKey(node);
  const before = await node.identities.identify(token);
  ok(before);
  await node.stores.keys.update(prefix, { ownScopes: ["llm"] }, ROOT);
  const now = await node.identities.refresh(before);
  deepStrictEqual(now?.identity.scopes, ["llm"]);
  const limit = { perSecond: 1, burst: 2 };
  await node.stores.keys.update(prefix, { limit }, ROOT);
  strictEqual((await node.identities.refresh(now))?.identity, now.identity);
  deepStrictEqual(node.identities.identifiedOf(now.identity)?.limit, limit);
  await node.stores.keys.revoke(prefix, ROOT);
  strictEqual(await node.identities.refresh(before), null);
});

/** Identities over a store that a test answers for, at a time that it sets. */
function scripted(stored: () => Promise<StoredCredential | undefined>) {
  const clock = { now: 1_000_000 };
  const marked: string[] = [];
  let finds = 0;
  const hasher = createTokenHasher("k".repeat(32));
  const options: IdentitiesOptions = {
    lookup: { find: () => (finds++, stored()), replaceHash: () => Promise.resolve() },
    hasher,
    attempts: createAttempts({ most: 3, now: () => clock.now }),
    usage: { mark: (credential) => void marked.push(credential) },
    now: () => clock.now,
  };
  return { identities: createIdentities(options), clock, hasher, marked, finds: () => finds };
}

function credential(token: { prefix: string; hash: string }): StoredCredential {
  return {
    credential: token.prefix,
    hash: token.hash,
    kind: "key",
    id: token.prefix,
    role: "client",
    scopes: [],
    resources: {},
    limit: null,
    enabled: true,
    notAfter: null,
  };
}

const AWAY = new CallError("UNAVAILABLE", "away", undefined, { retryable: true });

Deno.test("who is known stays known while the database is away, whoever is not is told so", async () => {
  const { token, prefix } = createToken("key");
  let answer = () => Promise.resolve<StoredCredential | undefined>(undefined);
  const { identities, clock, hasher } = scripted(() => answer());
  answer = () => Promise.resolve(credential({ prefix, hash: hasher.hash(token) }));
  ok(await identities.identify(token));
  answer = () => Promise.reject(AWAY);
  clock.now += 3_600_000;
  ok(await identities.identify(token));
  identities.distrust();
  ok(await identities.identify(token));
  await rejects(async () => await identities.identify(createToken("key").token), AWAY);
  // Back again, and the key is gone.
  answer = () => Promise.resolve(undefined);
  clock.now += 10_000;
  strictEqual(await identities.identify(token), null);
});

Deno.test("what is known is renewed as it gets old, and asked for again when it is too old", async () => {
  const { token, prefix } = createToken("key");
  const { identities, clock, hasher, finds } = scripted(() =>
    Promise.resolve(credential({ prefix, hash: hasher.hash(token) }))
  );
  await identities.identify(token);
  clock.now += 59_000;
  ok(!(identities.identify(token) instanceof Promise));
  strictEqual(finds(), 1);
  clock.now += 2_000;
  ok(!(identities.identify(token) instanceof Promise));
  strictEqual(finds(), 2);
  clock.now += 301_000;
  ok(identities.identify(token) instanceof Promise);
});

Deno.test("a key ends at its time, also in memory", async () => {
  const { token, prefix } = createToken("key");
  const { identities, clock, hasher } = scripted(() =>
    Promise.resolve({
      ...credential({ prefix, hash: hasher.hash(token) }),
      notAfter: new Date(1_000_500),
    })
  );
  ok(await identities.identify(token));
  clock.now = 1_000_499;
  ok(identities.identify(token));
  clock.now = 1_000_500;
  strictEqual(identities.identify(token), null);
});

Deno.test("what was read before a change is not kept, nor is it answered with", async () => {
  const { token, prefix } = createToken("key");
  const reads: PromiseWithResolvers<StoredCredential | undefined>[] = [];
  const { identities, hasher } = scripted(() => {
    const read = Promise.withResolvers<StoredCredential | undefined>();
    reads.push(read);
    return read.promise;
  });
  const found = identities.identify(token);
  identities.forget({ kind: "key", id: prefix });
  reads[0]?.resolve(credential({ prefix, hash: hasher.hash(token) }));
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  reads[1]?.resolve(undefined);
  strictEqual(await found, null);
});

Deno.test("a source that is wrong too often has to wait, whoever is known from there does not", async () => {
  const known = createToken("key");
  const { identities, clock, hasher } = scripted(() => Promise.resolve(undefined));
  const wrong = () => createToken("key").token;
  const from = (source: string) => async () => await identities.identify(wrong(), { source });
  const first = scripted(() =>
    Promise.resolve(credential({ ...known, hash: hasher.hash(known.token) }))
  );
  ok(await first.identities.identify(known.token, { source: "a" }));
  for (let tried = 0; tried < 3; tried++) {
    strictEqual(await from("a")(), null);
    strictEqual(await first.identities.identify("alk_wrong", { source: "a" }), null);
  }
  await rejects(from("a"), { code: "RATE_LIMITED", details: { retry_after: 600 } });
  ok(first.identities.identify(known.token, { source: "a" }));
  strictEqual(await from("b")(), null);
  clock.now += 600_000;
  strictEqual(await from("a")(), null);
});

Deno.test("many who ask for the same at once are answered by one query", async () => {
  const { token, prefix } = createToken("key");
  const { identities, hasher, finds } = scripted(() =>
    Promise.resolve(credential({ prefix, hash: hasher.hash(token) }))
  );
  await Promise.all(Array.from({ length: 50 }, () => identities.identify(token)));
  strictEqual(finds(), 1);
});

Deno.test("a flood of unknown keys is bounded before it reaches the database", async () => {
  const never = Promise.withResolvers<undefined>();
  const { identities, finds } = scripted(() => never.promise);
  const asked = Array.from(
    { length: 300 },
    async () => await identities.identify(createToken("key").token),
  );
  const outcomes = Promise.allSettled(asked);
  strictEqual(finds(), 256);
  never.resolve(undefined);
  const refused = (await outcomes).filter(({ status }) => status === "rejected");
  strictEqual(refused.length, 44);
});

Deno.test("an unknown id costs the same work as a wrong secret: one look-up and one hash", async () => {
  const { prefix } = createToken("key");
  const hashed: string[] = [];
  const real = createTokenHasher("k".repeat(32));
  const find = (asked: string) =>
    Promise.resolve(asked === prefix ? credential({ prefix, hash: real.hash("x") }) : undefined);
  const identities = createIdentities({
    lookup: { find, replaceHash: () => Promise.resolve() },
    hasher: {
      ...real,
      matches: (token, hash) => (hashed.push(typeof hash), real.matches(token, hash)),
    },
    attempts: createAttempts(),
    usage: { mark: () => undefined },
  });
  const { checksumOf } = await import("./checksum.ts");
  const body = `${prefix}_${"A".repeat(43)}`;
  strictEqual(await identities.identify(body + checksumOf(body)), null);
  strictEqual(await identities.identify(createToken("key").token), null);
  deepStrictEqual(hashed, ["string", "undefined"]);
});

Deno.test("uses are marked for who was let in, and for nobody else", async () => {
  const { token, prefix } = createToken("key");
  const { identities, hasher, marked } = scripted(() =>
    Promise.resolve(credential({ prefix, hash: hasher.hash(token) }))
  );
  await identities.identify(token);
  await identities.identify(`${token}x`);
  deepStrictEqual(marked, [prefix]);
});
