import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { ROOT, type TestNode, testNode } from "./_testing.ts";
import { createAttempts } from "./attempts.ts";
import { proofMessage, registerWorker, type WorkerRequest } from "./register_worker.ts";
import type { NewRegistrationToken } from "./stores.ts";
import { createToken } from "./token.ts";

async function provision(node: TestNode, token: Partial<NewRegistrationToken> = {}) {
  const made = createToken("registration");
  await node.stores.registrations.insert({
    prefix: made.prefix,
    hash: node.hasher.hash(made.token),
    peerId: "worker-1",
    role: "node",
    ownScopes: ["spokes:call"],
    roles: [],
    resources: {},
    replace: false,
    expiresAt: new Date(Date.now() + 60_000),
    ...token,
  }, ROOT);
  return made;
}

interface Worker {
  request(token: string, changed?: Partial<WorkerRequest>): Promise<WorkerRequest>;
  readonly fingerprint: string;
}

/** Somebody with a key pair of their own. */
async function worker(): Promise<Worker> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("Ed25519 has pairs of keys");
  const { publicKey, privateKey } = pair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  const text = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  return {
    fingerprint: `ed25519:${raw.toHex()}`,
    async request(token, changed = {}) {
      const nonce = crypto.getRandomValues(new Uint8Array(16));
      const message = await proofMessage({ nonce, token, publicKey: raw });
      const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, message));
      return {
        ...{ token, public_key: text(raw), proof: text(proof), nonce: text(nonce) },
        ...changed,
      };
    },
  };
}

function register(node: TestNode, request: unknown, options: { now?: () => number } = {}) {
  const { stores: { registrations, audit }, hasher } = node;
  const ports = { registrations, audit, hasher, sessionTtlMs: 60_000, attempts: createAttempts() };
  return registerWorker(request, { ...ports, source: "test", ...options });
}

Deno.test("a worker becomes a peer that is known by its key and by its session token", async () => {
  await using node = await testNode();
  const { token } = await provision(node);
  const own = await worker();
  const answer = await register(node, await own.request(token, { display_name: "One" }));
  deepStrictEqual([answer.peer_id, answer.fingerprint, answer.scopes], [
    ...["worker-1", own.fingerprint, ["spokes:call"]],
  ]);
  match(answer.session_token, /^alkpeer_/);
  const byToken = await node.identities.identify(answer.session_token);
  const byKey = await node.identities.identifyFingerprint(own.fingerprint);
  deepStrictEqual(byToken?.identity, byKey?.identity);
  strictEqual(byToken?.identity.id, "worker-1");
  strictEqual((await node.stores.peers.find("worker-1"))?.displayName, "One");
  strictEqual(await node.identities.identify(token), null, "it opens nothing else");
});

Deno.test("of workers with one token at the same time, one becomes a peer", async () => {
  await using node = await testNode();
  const { token } = await provision(node);
  const workers = await Promise.all(Array.from({ length: 4 }, worker));
  const requests = await Promise.all(workers.map((own) => own.request(token)));
  // Connections that are open already: none of them comes first because it need not connect.
  await Promise.all(workers.map(() => node.database.pool.query("select pg_sleep(0.1)")));
  const outcomes = await Promise.allSettled(requests.map((request) => register(node, request)));
  const codes = outcomes.map((one) => one.status === "fulfilled" ? "ok" : one.reason.code);
  deepStrictEqual(codes.toSorted(), [...Array(3).fill("INVALID_TOKEN"), "ok"]);
});

Deno.test("a worker whose answer was lost tries again, and the lost session token is dead", async () => {
  await using node = await testNode();
  const { token } = await provision(node);
  const own = await worker();
  const lost = await register(node, await own.request(token));
  ok(await node.identities.identify(lost.session_token));
  const again = await register(node, await own.request(token));
  strictEqual(again.peer_id, lost.peer_id);
  strictEqual(await node.identities.identify(lost.session_token), null);
  ok(await node.identities.identify(again.session_token));
  const later = () => Date.now() + 11 * 60_000;
  await rejects(register(node, await own.request(token), { now: later }), {
    code: "INVALID_TOKEN",
  });
});

Deno.test("the same request twice is refused: its nonce has been seen", async () => {
  await using node = await testNode();
  const { token } = await provision(node);
  const request = await (await worker()).request(token);
  await register(node, request);
  await rejects(register(node, request), { code: "INVALID_PROOF" });
});

Deno.test("what a worker asks for beyond its token is ignored", async () => {
  await using node = await testNode();
  const { token } = await provision(node);
  const request = await (await worker()).request(token);
  const greedy = {
    ...request,
    peer_id: "boss",
    scopes: ["admin"],
    role: "client",
    roles: ["admin"],
  };
  const answer = await register(node, greedy);
  strictEqual(answer.peer_id, "worker-1");
  const peer = await node.stores.peers.find("worker-1");
  deepStrictEqual([peer?.scopes, peer?.role], [["spokes:call"], "node"]);
});

Deno.test("a peer gets new credentials with a token that may replace, and loses its old ones", async () => {
  await using node = await testNode();
  const first = await register(node, await (await worker()).request((await provision(node)).token));
  await rejects(provision(node), { code: "CONFLICT" });
  const { token } = await provision(node, { replace: true });
  const own = await worker();
  const second = await register(node, await own.request(token));
  strictEqual(second.peer_id, "worker-1");
  strictEqual(await node.identities.identify(first.session_token), null);
  strictEqual(await node.identities.identifyFingerprint(first.fingerprint), null);
  ok(await node.identities.identifyFingerprint(own.fingerprint));
});

const REFUSED: Record<string, (own: Worker, token: string) => unknown> = {
  "INVALID_TOKEN for no object": () => null,
  "INVALID_TOKEN for an unknown token": (own) => own.request(createToken("registration").token),
  "INVALID_TOKEN for a key of a caller": (own) => own.request(createToken("key").token),
  "INVALID_PROOF for another's key": async (own, token) => {
    const { public_key } = await (await worker()).request(token);
    return await own.request(token, { public_key });
  },
  "INVALID_PROOF for a proof of another token": async (own, token) => ({
    ...await own.request(createToken("registration").token),
    token,
  }),
  "INVALID_PROOF for another nonce": (own, token) => own.request(token, { nonce: "A".repeat(22) }),
  "INVALID_PROOF for a short nonce": (own, token) => own.request(token, { nonce: "AAAA" }),
  "INVALID_PROOF for what is not base64": (own, token) => own.request(token, { proof: "!" }),
  "INVALID_PROOF for 32 bytes that are no key": (own, token) =>
    own.request(token, { public_key: "_".repeat(43) }),
};

Deno.test("a request that is wrong leaves the token as it was", async (t) => {
  await using node = await testNode();
  const { token } = await provision(node);
  const own = await worker();
  for (const [what, request] of Object.entries(REFUSED)) {
    await t.step(`registerWorker() answers ${what}`, async () => {
      await rejects(register(node, await request(own, token)), { code: what.split(" ", 1)[0] });
    });
  }
  ok(await register(node, await own.request(token)));
});

Deno.test("a token that has expired, was revoked, or whose key is taken is refused", async () => {
  await using node = await testNode();
  const own = await worker();
  const expired = await provision(node, { expiresAt: new Date(Date.now() - 1) });
  await rejects(register(node, await own.request(expired.token)), { code: "EXPIRED_TOKEN" });
  const revoked = await provision(node);
  await node.stores.registrations.revoke(revoked.prefix, ROOT);
  await rejects(register(node, await own.request(revoked.token)), { code: "INVALID_TOKEN" });
  await register(node, await own.request((await provision(node)).token));
  const other = await provision(node, { peerId: "worker-2" });
  await rejects(register(node, await own.request(other.token)), { code: "ALREADY_ENROLLED" });
});

Deno.test("a source that guesses has to wait, and each attempt stands in the audit trail", async () => {
  await using node = await testNode();
  const own = await worker();
  const { stores: { registrations, audit }, hasher } = node;
  const attempts = createAttempts();
  const options = {
    ...{ registrations, audit, hasher, attempts, source: "10.0.0.1", sessionTtlMs: 60_000 },
  };
  const guess = async () => await own.request(createToken("registration").token);
  for (let tried = 0; tried < 9; tried++) {
    await rejects(registerWorker(await guess(), options), { code: "INVALID_TOKEN" });
  }
  await rejects(registerWorker("nonsense", options), { code: "INVALID_TOKEN" });
  await rejects(registerWorker(await guess(), options), { code: "RATE_LIMITED", retryable: true });
  const { items } = await audit.list({ limit: 100, action: "registration.refused" });
  strictEqual(items.length, 10);
});

Deno.test("a peer that was removed leaves its id behind, and nobody gets it", async () => {
  await using node = await testNode();
  const { token } = await provision(node, { replace: true });
  const own = await worker();
  await register(node, await own.request((await provision(node, { replace: true })).token));
  await node.stores.peers.remove("worker-1", ROOT);
  strictEqual(await node.identities.identifyFingerprint(own.fingerprint), null);
  await rejects(register(node, await own.request(token)), { code: "INVALID_TOKEN" });
  await rejects(provision(node), { code: "CONFLICT" });
  await rejects(provision(node, { replace: true }), { code: "CONFLICT" });
});
