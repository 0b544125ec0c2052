import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { ROOT, type TestNode, testNode } from "./_testing.ts";
import { helloMessage } from "./key_proof.ts";
import { createToken } from "./token.ts";

const HOUR_MS = 3_600_000;

let peers = 0;

/** A new peer with a token, and who it is by that. */
async function peer(node: TestNode, notAfter: Date | null = new Date(Date.now() + HOUR_MS)) {
  const peerId = `dev${++peers}`;
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  ok("privateKey" in pair);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const fingerprint = `ed25519:${publicKey.toHex()}`, { token, prefix } = createToken("peer");
  await node.stores.peers.insert({
    ...{ peerId, role: "node", displayName: null, resources: {}, limit: null },
    ...{ fingerprints: [fingerprint], ownScopes: ["spokes:register"], roles: [] },
  }, ROOT);
  const hash = node.hasher.hash(token);
  await node.stores.peers.addToken(peerId, { prefix, hash, notAfter }, ROOT);
  const identified = await node.identities.identify(token);
  const proven = async (challenge: string) => {
    const message = await helloMessage({ challenge, publicKey });
    const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
    return { public_key: spelled(publicKey), challenge, proof: spelled(proof) };
  };
  const identity = identified?.identity ?? { id: peerId, scopes: [] };
  return { peerId, token, fingerprint, identified, identity, proven };
}

const spelled = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

async function tokensOf({ stores }: TestNode, peerId: string) {
  return (await stores.peers.find(peerId))?.tokens ?? [];
}

Deno.test("the sessions of workers", async (t) => {
  await using node = await testNode();

  await t.step(
    "a session token is renewed: both open for ten minutes, and then the new one alone",
    async () => {
      const { sessions, identities } = node, { token, identity } = await peer(node);
      const before = await sessions.lifeOf(identity);
      ok((before.renewAt?.getTime() ?? 0) < Date.now(), "an hour is less than half of its life");
      const renewed = await sessions.renew(identity, ROOT);
      match(renewed.token, /^alkpeer_/);
      ok(await identities.identify(renewed.token));
      const old = await identities.identify(token);
      const leftMs = (old?.notAfterMs ?? 0) - Date.now();
      ok(leftMs > 9 * 60_000 && leftMs <= 10 * 60_000, `${leftMs}`);
      const after = await sessions.lifeOf(identity);
      deepStrictEqual(after.endsAt, renewed.endsAt);
      ok((after.renewAt?.getTime() ?? 0) > Date.now() + 24 * HOUR_MS);
    },
  );

  await t.step(
    "who was here while the token was renewed stays the same, with the life of the new one, each time",
    async () => {
      const { sessions, identities } = node, { identified, identity } = await peer(node);
      ok(identified);
      let now = identified;
      for (let times = 0; times < 3; times++) {
        const { endsAt } = await sessions.renew(identity, ROOT);
        const refreshed = await identities.refresh(now);
        strictEqual(refreshed?.identity, identity);
        strictEqual(refreshed.notAfterMs, endsAt?.getTime());
        notStrictEqual(refreshed.credential, now.credential);
        now = refreshed;
      }
    },
  );

  await t.step(
    "a token that a person gave without an end is not renewed, and stays when another one is",
    async () => {
      const { sessions, hasher, identities, stores } = node;
      const { peerId, token, identity } = await peer(node, null);
      deepStrictEqual(await sessions.lifeOf(identity), { endsAt: null, renewAt: null });
      await rejects(sessions.renew(identity, ROOT), { code: "CONFLICT" });
      const other = createToken("peer"), notAfter = new Date(Date.now() + HOUR_MS);
      const hash = hasher.hash(other.token);
      await stores.peers.addToken(peerId, { prefix: other.prefix, hash, notAfter }, ROOT);
      const ending = await identities.identify(other.token);
      ok(ending);
      await sessions.renew(ending.identity, ROOT);
      strictEqual((await identities.identify(token))?.notAfterMs, null);
    },
  );

  await t.step(
    "who renews in a loop is stopped, keeps the last token, and leaves no rows that have ended",
    async () => {
      const { sessions, identities, hasher, stores } = node;
      const { peerId, identity } = await peer(node);
      const ended = createToken("peer"), notAfter = new Date(Date.now() - 1);
      const hash = hasher.hash(ended.token);
      await stores.peers.addToken(peerId, { prefix: ended.prefix, hash, notAfter }, ROOT);
      let last = "";
      for (let times = 0; times < 9; times++) {
        last = (await sessions.renew(identity, ROOT)).token;
      }
      await rejects(sessions.renew(identity, ROOT), { code: "CONFLICT" });
      ok(await identities.identify(last));
      ok(await sessions.lifeOf(identity), "the one before is the one again");
      const tokens = await tokensOf(node, peerId);
      strictEqual(tokens.length, 10);
      ok(tokens.every(({ prefix }) => prefix !== ended.prefix));
    },
  );

  await t.step("a worker whose tokens have all ended gets another one with its key", async () => {
    const { sessions, identities } = node;
    const { peerId, token, fingerprint, proven } = await peer(node, new Date(Date.now() - 1));
    strictEqual(await identities.identify(token), null);
    const { challenge } = sessions.challenge("test");
    const answer = await sessions.renewByKey(await proven(challenge), "test");
    deepStrictEqual([answer.peer_id, answer.fingerprint], [peerId, fingerprint]);
    strictEqual((await identities.identify(answer.session_token))?.identity.id, peerId);
    const leftMs = answer.expires_at * 1_000 - Date.now();
    ok(leftMs > sessions.ttlMs - 60_000 && leftMs <= sessions.ttlMs, `${leftMs}`);
  });

  await t.step(
    "a challenge is good once, on any node that hashes alike, and for a minute",
    async () => {
      const { databaseUrl, realm } = node;
      await using other = await testNode({ databaseUrl, realm });
      const { proven } = await peer(node);
      const request = await proven(node.sessions.challenge("test").challenge);
      await other.sessions.renewByKey(request, "test");
      for (const { sessions } of [node, other]) {
        await rejects(sessions.renewByKey(request, "late"), { code: "INVALID_PROOF" });
      }
      for (let times = 1; times < 10; times++) {
        await rejects(node.sessions.renewByKey(request, "late"), { code: "INVALID_PROOF" });
      }
      await rejects(node.sessions.renewByKey(request, "late"), { code: "RATE_LIMITED" });
      const said = `alkchl_${Date.now() - 60_001}_${"x".repeat(22)}`;
      const late = await proven(`${said}.${node.hasher.hash(said)}`);
      await rejects(node.sessions.renewByKey(late, "test"), { code: "INVALID_PROOF" });
    },
  );

  await t.step(
    "nobody gets a token without the key of a peer that is admitted, and who guesses has to wait",
    async () => {
      const { sessions, stores } = node, { peerId, fingerprint, proven } = await peer(node);
      const challenge = () => sessions.challenge("elsewhere").challenge;
      const good = await proven(challenge()), own = challenge();
      const stranger = await strangerWith(own);
      const refused = {
        "no object": "x",
        "another challenge": { ...good, challenge: own },
        "a challenge of nobody's": await proven(
          `alkchl_${Date.now()}_${"x".repeat(22)}.${"0".repeat(64)}`,
        ),
        "the key of nobody": stranger,
        "a proof of another key": { ...good, proof: stranger.proof },
      };
      for (const [what, request] of Object.entries(refused)) {
        await rejects(sessions.renewByKey(request, "guess"), { code: "INVALID_PROOF" }, what);
      }
      await stores.peers.update(peerId, { enabled: false }, ROOT);
      for (let times = 5; times < 10; times++) {
        await rejects(sessions.renewByKey(good, "guess"), { code: "INVALID_PROOF" });
      }
      await rejects(sessions.renewByKey(good, "guess"), { code: "RATE_LIMITED" });
      strictEqual((await tokensOf(node, peerId)).length, 1);
      const { items } = await stores.audit.list({ limit: 100, action: "session.refused" });
      const told = items.filter(({ subjectId }) => subjectId === "guess").map(({ details }) =>
        details
      );
      strictEqual(told.length, 10);
      deepStrictEqual(told[0], { fingerprint });
    },
  );

  for (
    const [what, away] of [
      ["disabled", "update peers set enabled = false where peer_id = $1"],
      ["without that credential", "delete from peer_fingerprints where peer_id = $1"],
    ] as const
  ) {
    await t.step(
      `a peer that is ${what} renews nothing, though that is not known here yet`,
      async () => {
        const { sessions, identities, database } = node;
        const { peerId, fingerprint, proven } = await peer(node);
        ok(await identities.identifyFingerprint(fingerprint));
        // Behind its back: no node is told.
        await database.pool.query(away, [peerId]);
        ok(await identities.identifyFingerprint(fingerprint));
        const request = await proven(sessions.challenge(what).challenge);
        await rejects(sessions.renewByKey(request, what), { code: "INVALID_PROOF" });
        strictEqual((await tokensOf(node, peerId)).length, 1);
      },
    );
  }

  await t.step("a token that was taken away meanwhile renews nothing", async () => {
    const { stores } = node, { peerId, fingerprint } = await peer(node), by = "alkpeer_0123456789";
    const now = new Date(), notAfter = new Date(Date.now() + HOUR_MS);
    const renewed = { prefix: createToken("peer").prefix, hash: "0".repeat(64), notAfter, now };
    const token = { ...renewed, othersEndAt: notAfter };
    const refused = { code: "PEER_NOT_FOUND" };
    await rejects(stores.peers.renewToken(peerId, { ...token, by }, ROOT), refused);
    await stores.peers.renewToken(peerId, { ...token, by: fingerprint }, ROOT);
  });
});

/** What somebody sends that no peer knows. */
async function strangerWith(challenge: string) {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  ok("privateKey" in pair);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const message = await helloMessage({ challenge, publicKey });
  const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
  return { public_key: spelled(publicKey), challenge, proof: spelled(proof) };
}
