/**
 * The tokens with which workers connect: each ends some day, and is renewed before it does, or with the
 * worker's own key after it did.
 *
 * @module
 */
import { CallError, type Identity } from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Attempts } from "./attempts.ts";
import { CHALLENGE_S, type Challenges } from "./challenges.ts";
import { conflict, notFound } from "./errors.ts";
import type { Identities } from "./identities.ts";
import { bytesOf, helloMessage, isSigned } from "./key_proof.ts";
import type { WorkerAnswer } from "./register_worker.ts";
import { refusal, stored } from "./registration_errors.ts";
import type { AuditTrail, ChangeOptions, Peers } from "./stores.ts";
import { createToken } from "./token.ts";
import type { TokenHasher } from "./token_hash.ts";

/** How long the session of somebody lasts. */
export interface SessionLife {
  /** When the token with which they connected ends; `null`: never. */
  readonly endsAt: Date | null;
  /** When it is to be renewed. */
  readonly renewAt: Date | null;
}

/** A session token to be shown once. */
export interface RenewedSession extends SessionLife {
  readonly token: string;
}

/** What a worker sends that holds nothing but its key. */
export const KeyRequest = Type.Object({
  /** base64url of 32 bytes. */
  public_key: Type.String({ maxLength: 64 }),
  challenge: Type.String({ maxLength: 200 }),
  /** base64url of an Ed25519 signature over what {@linkcode helloMessage} makes. */
  proof: Type.String({ maxLength: 128 }),
});

/** The sessions of workers. */
export interface WorkerSessions {
  /** How long a session token opens. */
  readonly ttlMs: number;
  /** @throws {CallError} `PEER_NOT_FOUND` for who is no peer with a token. */
  lifeOf(identity: Identity): Promise<SessionLife>;
  /**
   * Makes a token in place of the one with which somebody connected, and lets that connection live on.
   *
   * @throws {CallError} `PEER_NOT_FOUND`; `CONFLICT` for a token that does not end.
   */
  renew(identity: Identity, options: ChangeOptions): Promise<RenewedSession>;
  /** Something to sign. @throws {CallError} `RATE_LIMITED`. */
  challenge(source: string): { readonly challenge: string; readonly expires_in: number };
  /** Makes a token for who holds a peer's key. @throws {CallError} of `REGISTRATION_ERRORS`. */
  renewByKey(request: unknown, source: string): Promise<WorkerAnswer>;
}

/** What sessions need. */
export interface WorkerSessionsOptions {
  readonly peers: Pick<Peers, "find" | "renewToken">;
  readonly identities: Pick<Identities, "identifyFingerprint" | "credentialOf" | "succeed">;
  readonly audit: Pick<AuditTrail, "record">;
  readonly hasher: TokenHasher;
  readonly attempts: Attempts;
  readonly challenges: Challenges;
  readonly ttlMs: number;
  readonly now?: () => number;
}

/** Until a worker has kept its new token, the one before opens as well. */
const OVERLAP_MS = 10 * 60_000;

/** Makes the sessions of workers. */
export function createWorkerSessions(options: WorkerSessionsOptions): WorkerSessions {
  const { peers, identities, audit, hasher, attempts, challenges, ttlMs } = options;
  const { now = Date.now } = options;

  async function lifeOf(identity: Identity): Promise<SessionLife> {
    const credential = identities.credentialOf(identity);
    const peer = credential === undefined ? undefined : await peers.find(identity.id);
    const token = peer?.tokens.find(({ prefix }) => prefix === credential);
    if (token === undefined) throw notFound("peer", identity.id);
    return lifeUntil(token.notAfter);
  }

  function lifeUntil(endsAt: Date | null): SessionLife {
    return { endsAt, renewAt: endsAt && new Date(endsAt.getTime() - ttlMs / 2) };
  }

  async function replace(
    peerId: string,
    { by, prefix, token }: ReturnType<typeof createToken> & { readonly by: string },
    change: ChangeOptions,
  ): Promise<Date> {
    const at = now(), notAfter = new Date(at + ttlMs);
    await peers.renewToken(peerId, {
      ...{ by, prefix, hash: hasher.hash(token), notAfter, now: new Date(at) },
      othersEndAt: new Date(at + OVERLAP_MS),
    }, change);
    return notAfter;
  }

  function refuseIfExhausted(source: string): void {
    const wait = attempts.waitOf(source);
    if (wait !== undefined) throw refusal("RATE_LIMITED", { retry_after: wait });
  }

  async function refuse(source: string, details: Record<string, unknown> = {}): Promise<never> {
    attempts.failed(source);
    const actor = { kind: "anonymous", id: source } as const;
    const subject = { kind: "source", id: source };
    await stored(() => audit.record({ actor, action: "session.refused", subject, details }));
    throw refusal("INVALID_PROOF");
  }

  /** The key that has signed a challenge of ours; `undefined` where anything of that is not true. */
  async function provenKey(request: Static<typeof KeyRequest>): Promise<string | undefined> {
    const { challenge } = request;
    const publicKey = bytesOf(request.public_key), proof = bytesOf(request.proof);
    if (publicKey?.length !== 32 || proof?.length !== 64) return undefined;
    if (!challenges.isGood(challenge)) return undefined;
    const message = await helloMessage({ challenge, publicKey });
    return await isSigned(message, { publicKey, proof })
      ? `ed25519:${publicKey.toHex()}`
      : undefined;
  }

  return {
    ttlMs,
    lifeOf,
    async renew(identity, change) {
      const by = identities.credentialOf(identity), { endsAt } = await lifeOf(identity);
      if (by === undefined || endsAt === null) throw conflict("The token does not end");
      const next = createToken("peer");
      // Told beforehand: what is stored is heard of, and looked at, at once.
      identities.succeed(identity, next.prefix);
      try {
        const notAfter = await replace(identity.id, { ...next, by }, change);
        return { token: next.token, ...lifeUntil(notAfter) };
      } catch (error) {
        identities.succeed(identity, by);
        throw error;
      }
    },
    challenge(source) {
      refuseIfExhausted(source);
      return { challenge: challenges.issue(), expires_in: CHALLENGE_S };
    },
    async renewByKey(request, source) {
      refuseIfExhausted(source);
      const isForm = Value.Check(KeyRequest, request);
      const fingerprint = isForm ? await provenKey(request) : undefined;
      const found = fingerprint === undefined
        ? null
        : await stored(async () => await identities.identifyFingerprint(fingerprint));
      if (!isForm || fingerprint === undefined || found?.kind !== "peer") {
        return await refuse(source, { fingerprint });
      }
      // By somebody who overheard it, and is late.
      const isFirst = await stored(() => challenges.useUp(request.challenge));
      if (!isFirst) return await refuse(source, { fingerprint });
      const { id, scopes } = found.identity, next = createToken("peer");
      const change: ChangeOptions = { actor: { kind: "peer", id }, permit: () => undefined };
      const renewing = stored(() => replace(id, { ...next, by: fingerprint }, change));
      const notAfter = await renewing.catch((error) => {
        if (!(error instanceof CallError)) throw error;
        // Renewed in a loop, or gone meanwhile.
        if (error.code === "CONFLICT") {
          throw refusal("RATE_LIMITED", { retry_after: OVERLAP_MS / 1_000 });
        }
        if (error.code !== "PEER_NOT_FOUND") throw error;
        return refuse(source, { fingerprint });
      });
      return {
        ...{ peer_id: id, session_token: next.token, fingerprint, scopes: [...scopes] },
        expires_at: Math.floor(notAfter.getTime() / 1_000),
      };
    },
  };
}
