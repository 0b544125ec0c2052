/**
 * How a worker proves that it holds a key: by signing what nobody can sign in its place.
 *
 * @module
 */
import { joinBytes } from "../crypto/mod.ts";

/** Bytes, from their base64url; `undefined` for what is none. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether an Ed25519 key has signed a message. */
export async function isSigned(
  message: Uint8Array<ArrayBuffer>,
  { publicKey, proof }: { publicKey: Uint8Array<ArrayBuffer>; proof: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, proof, message);
  } catch (error) {
    // Not every 32 bytes are a public key.
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** What a worker signs to get another session token. */
export async function helloMessage(
  { challenge, publicKey }: { readonly challenge: string; readonly publicKey: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(challenge));
  return joinBytes(encoder.encode("alknet-hello-v1"), new Uint8Array(digest), publicKey);
}
