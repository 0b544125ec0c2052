/**
 * Gets another session token from a hub with the key that was registered there.
 *
 * @module
 */
const ALGORITHM = "Ed25519";
const CHALLENGE_PATH = "/v1/workers/challenge", SESSION_PATH = "/v1/workers/session";
const TAG = "alknet-hello-v1";
const PEM = /-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/;

/** Whom a session token is asked of, and how long anybody wants it. */
export interface RenewWithKeyOptions {
  /** Of the hub's WebSocket. */
  readonly url: string;
  /** Given up with it, at whatever point it is. */
  readonly signal: AbortSignal;
}

/**
 * Asks a hub for a session token.
 *
 * @throws {TypeError} if `pem` holds no key, or the hub does not answer as one.
 */
export async function renewWithKey(pem: string, options: RenewWithKeyOptions): Promise<string> {
  const { privateKey, publicKey } = await readKey(pem);
  const post = (path: string, body: object) => answerTo(path, { ...options, body });
  const challenge = textIn(await post(CHALLENGE_PATH, {}), "challenge");
  const encoder = new TextEncoder();
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(challenge));
  const message = Uint8Array.of(...encoder.encode(TAG), ...new Uint8Array(digest), ...publicKey);
  const proof = new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, message));
  const request = { challenge, public_key: spelled(publicKey), proof: spelled(proof) };
  return textIn(await post(SESSION_PATH, request), "session_token");
}

async function readKey(
  pem: string,
): Promise<{ readonly privateKey: CryptoKey; readonly publicKey: Uint8Array }> {
  const body = PEM.exec(pem)?.[1];
  if (body === undefined) throw new TypeError("Cannot read the private key: it is no PEM");
  const privateKey = await crypto.subtle.importKey("pkcs8", bytesOf(body), ALGORITHM, true, [
    "sign",
  ]);
  const { x } = await crypto.subtle.exportKey("jwk", privateKey);
  if (x === undefined) throw new TypeError("Cannot read the private key: it has no public part");
  return { privateKey, publicKey: bytesOf(x.replaceAll("-", "+").replaceAll("_", "/")) };
}

async function answerTo(
  path: string,
  { url, body, signal }: RenewWithKeyOptions & { readonly body: object },
): Promise<unknown> {
  const where = new URL(path, url);
  where.protocol = where.protocol.replace(/^ws/, "http");
  const response = await fetch(where, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal,
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new TypeError(`The hub answers ${response.status}: ${Object(answer).code}`);
}

function textIn(answer: unknown, name: string): string {
  const text = Object(answer)[name];
  if (typeof text === "string") return text;
  throw new TypeError(`The hub's answer has no ${name}`);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64.replaceAll(/\s/g, "")), (char) => char.charCodeAt(0));
}

/** In base64url. */
function spelled(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
