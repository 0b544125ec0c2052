/**
 * Turns a worker that presents its registration token into a peer, in one step.
 *
 * @module
 */
import { eq, sql } from "drizzle-orm";
import type { Actor } from "../../auth/records.ts";
import type { Enrolment, EnrolmentResult } from "../../auth/stores.ts";
import type { Orm } from "../orm.ts";
import { peerFingerprints, peers, peerTokens, registrationTokens } from "../schema.ts";
import { dropCredentials, insertFingerprint, insertPeer } from "./peers.ts";
import type { Outcome, Recorder } from "./recorder.ts";

/** So long a worker whose answer was lost may try again. */
const RETRY_MS = 10 * 60_000;

type Token = typeof registrationTokens.$inferSelect;

/** Consumes a token. Of two that present it at the same time, one waits for the other's end. */
export async function enrol(recorder: Recorder, enrolment: Enrolment): Promise<EnrolmentResult> {
  const actor: Actor = { kind: "anonymous", id: enrolment.prefix };
  return await recorder.write(actor, async (tx) => {
    const [token] = await tx.select().from(registrationTokens)
      .where(eq(registrationTokens.prefix, enrolment.prefix)).for("update");
    // Asked in any case, so that an unknown token takes as long as a known one.
    const matches = enrolment.matches(token?.hash);
    if (token === undefined || !matches || token.revokedAt !== null) {
      return refused(enrolment, "INVALID_TOKEN");
    }
    return await consume(tx, token, enrolment);
  });
}

async function consume(
  tx: Orm,
  token: Token,
  enrolment: Enrolment,
): Promise<Outcome<EnrolmentResult>> {
  const { fingerprint, nonce, now } = enrolment;
  const { consumedAt, consumedBy, expiresAt } = token;
  const again = consumedAt !== null;
  const isLate = again
    ? consumedBy !== fingerprint || now.getTime() - consumedAt.getTime() > RETRY_MS
    : expiresAt <= now;
  if (isLate) return refused(enrolment, again ? "INVALID_TOKEN" : "EXPIRED_TOKEN");
  if (token.nonces.includes(nonce)) return refused(enrolment, "INVALID_PROOF");
  const [holder] = await tx.select().from(peerFingerprints)
    .where(eq(peerFingerprints.fingerprint, fingerprint));
  if (holder !== undefined && holder.peerId !== token.peerId) {
    return refused(enrolment, "ALREADY_ENROLLED");
  }
  const scopes = await (again ? renew : admit)(tx, token, enrolment);
  if (scopes === undefined) return refused(enrolment, "INVALID_TOKEN");
  await tx.insert(peerTokens).values({ ...enrolment.session, peerId: token.peerId });
  await tx.update(registrationTokens).set({
    consumedAt: consumedAt ?? now,
    consumedBy: fingerprint,
    sessionPrefix: enrolment.session.prefix,
    nonces: sql`array_append(${registrationTokens.nonces}, ${nonce})`,
  }).where(eq(registrationTokens.prefix, token.prefix));
  return {
    result: { ok: true, peerId: token.peerId, scopes },
    action: again ? "peer.enrolled-again" : "peer.enrolled",
    subject: { kind: "peer", id: token.peerId },
    details: { registration: token.prefix, fingerprint, session: enrolment.session.prefix },
    change: { kind: "peer", id: token.peerId },
  };
}

/** The same worker once more: the token from the answer that was lost ends. */
async function renew(tx: Orm, { peerId, sessionPrefix }: Token): Promise<string[] | undefined> {
  if (sessionPrefix !== null) {
    await tx.delete(peerTokens).where(eq(peerTokens.prefix, sessionPrefix));
  }
  const [peer] = await tx.select().from(peers).where(eq(peers.peerId, peerId));
  return peer === undefined || peer.deletedAt !== null ? undefined : peer.scopes;
}

/** A new peer, or new credentials for one that is there; `undefined` if neither can be. */
async function admit(
  tx: Orm,
  token: Token,
  { fingerprint, displayName }: Enrolment,
): Promise<string[] | undefined> {
  const { peerId, role, ownScopes, roles, resources, createdBy } = token;
  const [known] = await tx.select().from(peers).where(eq(peers.peerId, peerId)).for("update");
  if (known === undefined) {
    const peer = { peerId, role, displayName, ownScopes, roles, resources, limit: null };
    // What it may do was permitted to who made the token.
    const permit = () => undefined;
    const made = await insertPeer(tx, { ...peer, fingerprints: [fingerprint] }, {
      createdBy,
      permit,
    });
    return made.scopes;
  }
  if (!token.replace || known.deletedAt !== null) return undefined;
  await dropCredentials(tx, peerId);
  await insertFingerprint(tx, known, fingerprint);
  return known.scopes;
}

function refused(
  { prefix, fingerprint }: Enrolment,
  code: Extract<EnrolmentResult, { ok: false }>["code"],
): Outcome<EnrolmentResult> {
  return {
    result: { ok: false, code },
    action: "registration.refused",
    subject: { kind: "registration", id: prefix },
    details: { code, fingerprint },
  };
}
