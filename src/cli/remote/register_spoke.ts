/**
 * The worker's side of registration: one request, by which whoever holds a one-time token becomes a
 * spoke.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { REGISTRATION_PATH } from "../../../bridges/registration/mod.ts";
import { PeerId } from "../../auth/names.ts";
import { proofMessage } from "../../auth/register_worker.ts";
import { failureOf, unanswered } from "./answers.ts";
import type { Target } from "./target.ts";

/** What is said of a worker, beside its token. */
export interface Registration {
  readonly token: string;
  /** Kept by the worker: the same one, if the request has to be sent again. */
  readonly keys: CryptoKeyPair;
  readonly displayName?: string | undefined;
  readonly agent: string;
}

const Answer = Type.Object({
  peer_id: PeerId,
  session_token: Type.String({ pattern: "^[\\x21-\\x7e]+$" }),
  fingerprint: Type.String(),
  hub_url: Type.String(),
  scopes: Type.Array(Type.String()),
  expires_at: Type.Union([Type.Number(), Type.Null()]),
});
/** What a new spoke is told. */
export type Registered = Static<typeof Answer>;

/** Told where a hub answers, but not to workers. */
export const NO_REGISTRATION = "NO_REGISTRATION";

/**
 * Registers a worker.
 *
 * @throws {CallError} with the hub's own code, {@linkcode NO_REGISTRATION}, or one of `LOST`.
 */
export async function registerSpoke(
  target: Target,
  registration: Registration,
  signal: AbortSignal,
): Promise<Registered> {
  const { url } = target;
  const response = await fetch(`${url}${REGISTRATION_PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(await requestOf(registration)),
    redirect: "manual",
    signal,
  }).catch((error) => {
    signal.throwIfAborted();
    throw unanswered(target, error);
  });
  const answer = await response.json().catch(() => undefined);
  if (response.status === 201 && Value.Check(Answer, answer)) {
    return { ...answer, hub_url: socketOf(url, answer.hub_url) };
  }
  if (response.status !== 404) throw failureOf(answer, { target, status: response.status });
  throw new CallError(NO_REGISTRATION, `The hub at ${url} lets no workers register`);
}

async function requestOf({ token, keys, displayName, agent }: Registration): Promise<object> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const message = await proofMessage({ nonce, token, publicKey });
  const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", keys.privateKey, message));
  return {
    ...{ token, agent, public_key: spelled(publicKey), nonce: spelled(nonce) },
    proof: spelled(proof),
    ...(displayName === undefined ? {} : { display_name: displayName }),
  };
}

function spelled(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Where the hub says that spokes connect; never with less protection than it was asked with. */
function socketOf(asked: string, told: string): string {
  const own = `${asked.replace(/^http/, "ws")}/ws`;
  const isSafe = URL.canParse(told) &&
    (/^wss:/.test(told) || (/^ws:/.test(told) && /^ws:/.test(own)));
  return isSafe && !/[\s"'\\$`]/.test(told) ? told : own;
}
