/** A spoke whose key ends goes on, and nobody does anything for it. */
import { deepStrictEqual, notStrictEqual, ok } from "node:assert/strict";
import { connectClient, connectSpoke } from "@alkdev/operations/spoke";
import { startTestHub } from "../harness/hub.ts";
import { until } from "../harness/until.ts";
import { HASTE, spokeOf } from "./_spokes_testing.ts";

/** A key pair as its owner keeps it, and as a hub knows it. */
async function keyPair() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  ok("privateKey" in pair);
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const known = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${secret.toBase64()}\n-----END PRIVATE KEY-----`;
  return { privateKey, fingerprint: `ed25519:${known.toHex()}` };
}

const states = (told: readonly { readonly state: string }[]) => told.map(({ state }) => state);

Deno.test("a spoke renews its key before it ends and stays connected; when no key opens, its private key gets another one", async () => {
  await using hub = await startTestHub({ auth: { registration: true } });
  const url = `${hub.url}/ws`;
  const admin = connectClient({ url, key: hub.firstKey ?? "", reconnect: HASTE });
  await using _admin = { [Symbol.asyncDispose]: () => admin.close({ drainMs: 0 }) };
  const ask = async (operation: string, input: object) =>
    Object(await admin.call(`/hub/${operation}`, { peerId: "dev1", ...input }));
  const prefixes = async (): Promise<string[]> =>
    (await ask("peers/get", {})).tokens.map(({ prefix }: { prefix: string }) => prefix);

  const { privateKey, fingerprint } = await keyPair();
  await ask("peers/create", { role: "node", roles: ["spoke"], fingerprints: [fingerprint] });
  // An hour is much less than half of the time that a key opens.
  const notAfter = new Date(Date.now() + 3_600_000).toISOString();
  const key = String((await ask("peers/add-token", { notAfter })).token);
  const [first] = await prefixes();
  const kept: string[] = [];
  await using spoke = await spokeOf(url, "dev1", {
    ...{ key, renewal: { keep: (key) => void kept.push(key), privateKey } },
  });
  const echoed = async () => await admin.call("/dev1/test/echo", { text: "x" });

  await until(() => kept.length === 1, { what: "the new key" });
  await ask("peers/remove-credential", { credential: first });
  deepStrictEqual(Object(await echoed()).text, "x");
  deepStrictEqual(states(spoke.told), ["connecting", "online"]);

  const [second] = await prefixes();
  notStrictEqual(second, first);
  await ask("peers/remove-credential", { credential: second });
  await until(() => spoke.told.length > 2 && kept.length === 2, { what: "another key" });
  await spoke.online({ timeoutMs: 10_000 });
  await until(echoed, { what: "the spoke to be back" });
  const losses = spoke.told.filter((status) => status.state === "offline");
  deepStrictEqual(losses.map(({ code }) => code), [4401, 401]);
  const [third, ...others] = await prefixes();
  ok(kept[1]?.startsWith(`${third}_`) && others.length === 0);
});

Deno.test("a spoke that is closed gives up a renewal by its private key that nobody answers", async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  // What a hub is like that refuses every key and is stuck in giving another.
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (new URL(request.url).pathname === "/ws") return new Response(null, { status: 401 });
    asked.resolve(request.signal);
    return new Promise((resolve) =>
      request.signal.addEventListener("abort", () => resolve(new Response()))
    );
  });
  const { privateKey } = await keyPair();
  const kept: string[] = [];
  const spoke = await connectSpoke({
    url: `ws://127.0.0.1:${server.addr.port}/ws`,
    ...{ key: "old", operations: [], reconnect: HASTE },
    renewal: { privateKey, keep: (key) => void kept.push(key) },
  });
  const signal = await asked.promise;
  await spoke.close();
  // Left alone, it would be given up after 20 s.
  await until(() => signal.aborted, { what: "the request to be given up", timeoutMs: 10_000 });
  deepStrictEqual([spoke.status.state, kept], ["closed", []]);
});
