import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { proofMessage } from "../src/auth/register_worker.ts";
import { createToken } from "../src/auth/token.ts";
import { startTestHub } from "./harness/hub.ts";

const spelled = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

/** What a worker with a key pair of its own sends. */
async function request(token: string): Promise<string> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  ok("privateKey" in pair);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const message = await proofMessage({ nonce, token, publicKey });
  const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
  return JSON.stringify({
    ...{ token, public_key: spelled(publicKey), proof: spelled(proof), nonce: spelled(nonce) },
  });
}

const register = (url: string, body: string) =>
  fetch(`${url}/v1/workers/register`, { method: "POST", body });

Deno.test("workers register where that is configured, and with a token that was made", async () => {
  await using hub = await startTestHub({ auth: { registration: true } });
  const { token } = createToken("registration");
  const refused = await register(hub.url, await request(token));
  strictEqual(refused.status, 401);
  deepStrictEqual(await refused.json(), {
    ...{ code: "INVALID_TOKEN", message: "the token is not valid", retryable: false },
  });
});

Deno.test("nobody registers at a hub that says nothing about it", async () => {
  await using hub = await startTestHub();
  const response = await register(hub.url, "{}");
  strictEqual(response.status, 404);
  await response.body?.cancel();
});
