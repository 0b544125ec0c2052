/**
 * A worker that has no identity yet and presents its registration token: it proves that it holds the
 * key that it names, and becomes a peer.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { joinBytes } from "../crypto/mod.ts";
import type { Attempts } from "./attempts.ts";
import { bytesOf, isSigned } from "./key_proof.ts";
import { cleanName } from "./names.ts";
import { refusal, type RegistrationErrorCode, stored } from "./registration_errors.ts";
import type { AuditTrail, Registrations } from "./stores.ts";
import { createToken, parseToken } from "./token.ts";
import type { TokenHasher } from "./token_hash.ts";

/** What a worker sends. */
export const WorkerRequest = Type.Object({
  token: Type.String({ maxLength: 200 }),
  /** base64url of 32 bytes. */
  public_key: Type.String({ maxLength: 64 }),
  /** base64url of an Ed25519 signature over what {@linkcode proofMessage} makes. */
  proof: Type.String({ maxLength: 128 }),
  /** base64url of 16 random bytes or more. */
  nonce: Type.String({ maxLength: 128 }),
  display_name: Type.Optional(Type.String({ maxLength: 100 })),
  agent: Type.Optional(Type.String({ maxLength: 200 })),
});
/** What a worker sends. */
export type WorkerRequest = Static<typeof WorkerRequest>;

/** What it is answered. */
export interface WorkerAnswer {
  readonly peer_id: string;
  readonly session_token: string;
  readonly fingerprint: string;
  readonly scopes: string[];
  /** In Unix seconds. */
  readonly expires_at: number;
}

/** What registering needs. */
export interface RegisterWorkerOptions {
  readonly registrations: Pick<Registrations, "enrol">;
  readonly audit: Pick<AuditTrail, "record">;
  readonly hasher: TokenHasher;
  readonly attempts: Attempts;
  /** Where the request came from. */
  readonly source: string;
  /** How long a session token opens. */
  readonly sessionTtlMs: number;
  readonly now?: () => number;
}

const MIN_NONCE = 16;

/**
 * Makes the worker a peer, or says why not.
 *
 * @throws {CallError} with a code of `REGISTRATION_ERRORS`.
 */
export async function registerWorker(
  request: unknown,
  options: RegisterWorkerOptions,
): Promise<WorkerAnswer> {
  const { registrations, audit, hasher, attempts, source, sessionTtlMs, now = Date.now } = options;
  const wait = attempts.waitOf(source);
  if (wait !== undefined) throw refusal("RATE_LIMITED", { retry_after: wait });
  const session = createToken("peer");
  const at = new Date(now()), notAfter = new Date(at.getTime() + sessionTtlMs);
  const claim = await provenClaim(request);
  if (typeof claim === "string") {
    attempts.failed(source);
    // What reaches the store is noted there.
    const actor = { kind: "anonymous", id: source } as const;
    const note = { actor, action: "registration.refused", details: { code: claim } };
    await stored(() => audit.record({ ...note, subject: { kind: "source", id: source } }));
    throw refusal(claim);
  }
  const { token, prefix, fingerprint, nonce, displayName } = claim;
  const result = await stored(() =>
    registrations.enrol({
      prefix,
      matches: (hash) => hasher.matches(token, hash),
      fingerprint,
      nonce,
      displayName,
      session: { prefix: session.prefix, hash: hasher.hash(session.token), notAfter },
      now: at,
    })
  );
  if (!result.ok) {
    attempts.failed(source);
    throw refusal(result.code);
  }
  return {
    peer_id: result.peerId,
    session_token: session.token,
    fingerprint,
    scopes: result.scopes,
    expires_at: Math.floor(notAfter.getTime() / 1000),
  };
}

/** What a worker signs: none of it can stand for anything else, anywhere else. */
export async function proofMessage(
  { nonce, token, publicKey }: { nonce: Uint8Array; token: string; publicKey: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const tokenHash = await crypto.subtle.digest("SHA-256", encoder.encode(token));
  const tag = encoder.encode("alknet-register-v1");
  return joinBytes(tag, nonce, new Uint8Array(tokenHash), publicKey);
}

interface Claim {
  readonly token: string;
  readonly prefix: string;
  readonly fingerprint: string;
  readonly nonce: string;
  readonly displayName: string | null;
}

/** The request, once its proof holds; what is wrong with it otherwise. */
async function provenClaim(request: unknown): Promise<Claim | RegistrationErrorCode> {
  if (!Value.Check(WorkerRequest, request)) return "INVALID_TOKEN";
  const { token, display_name: displayName } = request;
  const publicKey = bytesOf(request.public_key), proof = bytesOf(request.proof);
  const nonce = bytesOf(request.nonce);
  if (publicKey?.length !== 32 || proof?.length !== 64 || nonce === undefined) {
    return "INVALID_PROOF";
  }
  if (nonce.length < MIN_NONCE) return "INVALID_PROOF";
  const message = await proofMessage({ nonce, token, publicKey });
  if (!await isSigned(message, { publicKey, proof })) return "INVALID_PROOF";
  const parsed = parseToken(token);
  if (parsed?.kind !== "registration") return "INVALID_TOKEN";
  return {
    token,
    prefix: parsed.prefix,
    fingerprint: `ed25519:${publicKey.toHex()}`,
    // Spelled once more: base64 has several spellings of the same bytes.
    nonce: nonce.toBase64(),
    displayName: displayName === undefined ? null : safeName(displayName),
  };
}

/** A name that cannot be shown is left out: it is no reason to turn a worker away. */
function safeName(name: string): string | null {
  try {
    return cleanName(name);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return null;
  }
}
