/**
 * Peers and their credentials, in Postgres.
 *
 * @module
 */
import { and, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import { Type } from "@sinclair/typebox";
import { conflict, notFound } from "../../auth/errors.ts";
import type { Peer } from "../../auth/records.ts";
import type {
  ChangeOptions,
  NewPeer,
  NewPeerToken,
  PeerChange,
  Peers,
  RenewedToken,
} from "../../auth/stores.ts";
import { decodeCursor, type Page, pageOf, type PageRequest } from "../cursor.ts";
import type { Orm } from "../orm.ts";
import { peerFingerprints, peers, peerTokens, rateLimits } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import { limitOf, putLimit } from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import { expand } from "./rights.ts";

type Row = typeof peers.$inferSelect;

/** Keeps peers in Postgres. */
export function createPeers(orm: Orm, recorder: Recorder): Peers {
  const change = <T extends unknown[]>(
    action: string,
    work: (tx: Orm, peer: Row, ...rest: T) => Promise<Record<string, unknown>>,
  ) =>
  async (peerId: string, { actor, permit }: ChangeOptions, ...rest: T): Promise<Peer> =>
    await recorder.write(actor, async (tx) => {
      const peer = await lockPeer(tx, peerId);
      permit(peer.scopes, peer.resources);
      const details = await work(tx, peer, ...rest);
      return { result: await mustFind(tx, peerId), ...noteOf(peerId, action, details) };
    });
  const addToken = change("peer.token-added", insertToken);
  const renewToken = change("peer.token-renewed", replaceTokens);
  const addFingerprint = change("peer.fingerprint-added", insertFingerprint);
  const removeCredential = change("peer.credential-removed", deleteCredential);
  return {
    insert: (peer, { actor, permit }) =>
      recorder.write(actor, async (tx) => {
        const result = await insertPeer(tx, peer, { createdBy: actor.id, permit });
        const { scopes, role } = result;
        return { result, ...noteOf(peer.peerId, "peer.created", { scopes, role }) };
      }),
    find: (peerId) => answerOf(() => findPeer(orm, peerId)),
    list: (request) => answerOf(() => listPeers(orm, request)),
    update: (peerId, peerChange, options) =>
      updatePeer(recorder, { peerId, change: peerChange }, options),
    remove: (peerId, options) => removePeer(recorder, peerId, options),
    addToken: (peerId, token, options) => addToken(peerId, options, token),
    renewToken: (peerId, token, options) => renewToken(peerId, options, token),
    addFingerprint: (peerId, print, options) => addFingerprint(peerId, options, print),
    removeCredential: (peerId, id, options) => removeCredential(peerId, options, id),
  };
}

/** Stores a peer, once what it may do has been permitted. */
export async function insertPeer(
  tx: Orm,
  { ownScopes, roles, limit, fingerprints, ...peer }: NewPeer,
  { createdBy, permit }: Pick<ChangeOptions, "permit"> & { readonly createdBy: string },
): Promise<Peer> {
  const rights = await expand(tx, { ownScopes, roles });
  permit(rights.scopes, peer.resources);
  const { rowCount } = await tx.insert(peers).values({ ...peer, ...rights, createdBy })
    .onConflictDoNothing();
  if (rowCount === 0) throw conflict(`The peer id ${peer.peerId} is or was taken`);
  for (const print of fingerprints) await insertFingerprint(tx, peer, print);
  await putLimit(tx, { kind: "peer", id: peer.peerId }, limit);
  return await mustFind(tx, peer.peerId);
}

async function updatePeer(
  recorder: Recorder,
  { peerId, change }: { readonly peerId: string; readonly change: PeerChange },
  { actor, permit }: ChangeOptions,
): Promise<Peer> {
  const { ownScopes, roles, limit, ...columns } = change;
  return await recorder.write(actor, async (tx) => {
    const before = await lockPeer(tx, peerId);
    const rights = await expand(tx, {
      ownScopes: ownScopes ?? before.ownScopes,
      roles: roles ?? before.roles,
    });
    permit([...before.scopes, ...rights.scopes], before.resources);
    permit([], change.resources);
    await tx.update(peers).set({ ...columns, ...rights, updatedAt: sql`now()` })
      .where(eq(peers.peerId, peerId));
    if (limit !== undefined) await putLimit(tx, { kind: "peer", id: peerId }, limit);
    return {
      result: await mustFind(tx, peerId),
      ...noteOf(peerId, "peer.updated", { ...change }),
    };
  });
}

async function removePeer(
  recorder: Recorder,
  peerId: string,
  { actor, permit }: ChangeOptions,
): Promise<void> {
  await recorder.write(actor, async (tx) => {
    const peer = await lockPeer(tx, peerId);
    permit(peer.scopes, peer.resources);
    await dropCredentials(tx, peerId);
    await putLimit(tx, { kind: "peer", id: peerId }, null);
    await tx.update(peers).set({ enabled: false, deletedAt: sql`now()`, updatedAt: sql`now()` })
      .where(eq(peers.peerId, peerId));
    return { result: undefined, ...noteOf(peerId, "peer.removed") };
  });
}

/** Ends every way by which a peer can show who it is. */
export async function dropCredentials(tx: Orm, peerId: string): Promise<void> {
  await tx.delete(peerFingerprints).where(eq(peerFingerprints.peerId, peerId));
  await tx.delete(peerTokens).where(eq(peerTokens.peerId, peerId));
}

async function insertToken(
  tx: Orm,
  { peerId }: Row,
  { othersEndAt, ...token }: NewPeerToken,
): Promise<Record<string, unknown>> {
  if (othersEndAt !== undefined) {
    const lasts = or(isNull(peerTokens.notAfter), gt(peerTokens.notAfter, othersEndAt));
    await tx.update(peerTokens).set({ notAfter: othersEndAt })
      .where(and(eq(peerTokens.peerId, peerId), lasts));
  }
  await tx.insert(peerTokens).values({ ...token, peerId });
  return { token: token.prefix, notAfter: token.notAfter, othersEndAt };
}

/** Ended ones are renewed by nobody; without a bound one that renews in a loop would fill the table. */
const MOST_RENEWED = 10;

async function replaceTokens(
  tx: Orm,
  { peerId, enabled }: Row,
  { by, prefix, hash, notAfter, othersEndAt, now }: RenewedToken,
): Promise<Record<string, unknown>> {
  const own = eq(peerTokens.peerId, peerId);
  await tx.delete(peerTokens).where(and(own, lte(peerTokens.notAfter, now)));
  const ending = await tx.select({ prefix: peerTokens.prefix }).from(peerTokens)
    .where(and(own, gt(peerTokens.notAfter, now)));
  // Whoever asks may not have heard yet that it was taken away.
  const isHeld = ending.some((token) => token.prefix === by) ||
    await isPrintOf(tx, { peerId, fingerprint: by });
  if (!enabled || !isHeld) throw notFound("peer", peerId);
  if (ending.length >= MOST_RENEWED) throw conflict("The peer renewed its token too often lately");
  await tx.update(peerTokens).set({ notAfter: othersEndAt })
    .where(and(own, gt(peerTokens.notAfter, othersEndAt)));
  await tx.insert(peerTokens).values({ prefix, hash, notAfter, peerId });
  return { token: prefix, notAfter, othersEndAt };
}

async function isPrintOf(
  tx: Orm,
  { peerId, fingerprint }: { readonly peerId: string; readonly fingerprint: string },
): Promise<boolean> {
  const rows = await tx.select({ peerId: peerFingerprints.peerId }).from(peerFingerprints)
    .where(and(eq(peerFingerprints.fingerprint, fingerprint), eq(peerFingerprints.peerId, peerId)));
  return rows.length > 0;
}

/** Adds a fingerprint. @throws {CallError} `CONFLICT` if it leads to another peer. */
export async function insertFingerprint(
  tx: Orm,
  { peerId }: Pick<Row, "peerId">,
  fingerprint: string,
): Promise<Record<string, unknown>> {
  await tx.insert(peerFingerprints).values({ fingerprint, peerId }).onConflictDoNothing();
  const [row] = await tx.select().from(peerFingerprints)
    .where(eq(peerFingerprints.fingerprint, fingerprint));
  if (row?.peerId !== peerId) throw conflict("The fingerprint leads to another peer");
  return { fingerprint };
}

async function deleteCredential(
  tx: Orm,
  { peerId }: Row,
  credential: string,
): Promise<Record<string, unknown>> {
  await tx.delete(peerFingerprints).where(
    and(eq(peerFingerprints.peerId, peerId), eq(peerFingerprints.fingerprint, credential)),
  );
  await tx.delete(peerTokens)
    .where(and(eq(peerTokens.peerId, peerId), eq(peerTokens.prefix, credential)));
  return { credential };
}

/** Reads a peer that nobody else can change meanwhile. @throws {CallError} `PEER_NOT_FOUND`. */
export async function lockPeer(tx: Orm, peerId: string): Promise<Row> {
  const [row] = await tx.select().from(peers)
    .where(and(eq(peers.peerId, peerId), isNull(peers.deletedAt))).for("update");
  if (row === undefined) throw notFound("peer", peerId);
  return row;
}

async function mustFind(tx: Orm, peerId: string): Promise<Peer> {
  const peer = await findPeer(tx, peerId);
  if (peer === undefined) throw notFound("peer", peerId);
  return peer;
}

async function findPeer(orm: Orm, peerId: string): Promise<Peer | undefined> {
  const [peer] = await readPeers(orm, { is: eq(peers.peerId, peerId), limit: 1 });
  return peer;
}

const ById = Type.Tuple([Type.String()]);

async function listPeers(orm: Orm, request: PageRequest): Promise<Page<Peer>> {
  const after = request.after === undefined ? undefined : decodeCursor(ById, request.after)[0];
  const is = after === undefined ? undefined : gt(peers.peerId, after);
  const rows = await readPeers(orm, { is, limit: request.limit + 1 });
  return pageOf(rows, request, ({ peerId }) => [peerId]);
}

interface Wanted {
  readonly is: ReturnType<typeof eq> | undefined;
  readonly limit: number;
}

/** Three queries, however many peers: themselves, their fingerprints, their tokens. */
async function readPeers(orm: Orm, { is, limit }: Wanted): Promise<Peer[]> {
  const rows = await orm.select({ peer: peers, limit: rateLimits }).from(peers)
    .leftJoin(rateLimits, and(eq(rateLimits.kind, "peer"), eq(rateLimits.id, peers.peerId)))
    .where(and(isNull(peers.deletedAt), is)).orderBy(peers.peerId).limit(limit);
  const ids = rows.map(({ peer }) => peer.peerId);
  if (ids.length === 0) return [];
  const prints = await orm.select().from(peerFingerprints)
    .where(inArray(peerFingerprints.peerId, ids)).orderBy(peerFingerprints.fingerprint);
  const tokens = await orm.select().from(peerTokens)
    .where(inArray(peerTokens.peerId, ids)).orderBy(peerTokens.createdAt, peerTokens.prefix);
  return rows.map(({ peer, limit }) => {
    const { deletedAt: _, ...shown } = peer;
    const own = <T extends { peerId: string }>({ peerId }: T) => peerId === peer.peerId;
    return {
      ...shown,
      limit: limitOf(limit),
      fingerprints: prints.filter(own).map(({ fingerprint }) => fingerprint),
      tokens: tokens.filter(own).map(({ hash: _, peerId: __, ...token }) => token),
    };
  });
}

function noteOf(peerId: string, action: string, details: Record<string, unknown> = {}) {
  return {
    action,
    subject: { kind: "peer", id: peerId },
    details,
    change: { kind: "peer", id: peerId },
  } as const;
}
