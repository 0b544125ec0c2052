import { ok } from "node:assert/strict";
import { proofMessage } from "../../src/auth/register_worker.ts";

/** What a worker with a new key pair of its own sends to register with a token. */
export async function registrationRequest(token: string): Promise<string> {
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

function spelled(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
