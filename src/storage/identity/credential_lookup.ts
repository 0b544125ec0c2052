/**
 * Finds what a credential leads to, in Postgres.
 *
 * @module
 */
import { and, eq, sql } from "drizzle-orm";
import type { StoredCredential } from "../../auth/records.ts";
import type { CredentialLookup } from "../../auth/stores.ts";
import { isPrefix } from "../../auth/token.ts";
import type { Orm } from "../orm.ts";
import { apiKeys, peerFingerprints, peers, peerTokens, rateLimits } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import { limitOf } from "./limits.ts";

/** Looks credentials up in Postgres. */
export function createCredentialLookup(orm: Orm): CredentialLookup {
  return {
    find: (credential) =>
      answerOf(() => {
        if (isPrefix(credential, "key")) return findKey(orm, credential);
        if (isPrefix(credential, "peer")) return findPeerByToken(orm, credential);
        return findPeerByFingerprint(orm, credential);
      }),
    replaceHash: (credential, { before, after }) =>
      answerOf(async () => {
        const table = isPrefix(credential, "key") ? apiKeys : peerTokens;
        await orm.update(table).set({ hash: after })
          .where(and(eq(table.prefix, credential), eq(table.hash, before)));
      }),
    markUsed: (used) =>
      answerOf(async () => {
        await markUsed(orm, apiKeys, ofKind(used, "key"));
        await markUsed(orm, peerTokens, ofKind(used, "peer"));
      }),
  };
}

async function findKey(orm: Orm, prefix: string): Promise<StoredCredential | undefined> {
  const [row] = await orm.select({ key: apiKeys, limit: rateLimits }).from(apiKeys)
    .leftJoin(rateLimits, and(eq(rateLimits.kind, "key"), eq(rateLimits.id, apiKeys.prefix)))
    .where(eq(apiKeys.prefix, prefix));
  if (row === undefined) return undefined;
  const { hash, scopes, enabled, revokedAt, expiresAt } = row.key;
  return {
    credential: prefix,
    hash,
    kind: "key",
    id: prefix,
    role: "client",
    scopes,
    // A key is the identity itself and owns nothing by being written down.
    resources: {},
    limit: limitOf(row.limit),
    enabled: enabled && revokedAt === null,
    notAfter: expiresAt,
  };
}

async function findPeerByToken(orm: Orm, prefix: string): Promise<StoredCredential | undefined> {
  const [row] = await orm.select({ peer: peers, token: peerTokens, limit: rateLimits })
    .from(peerTokens).innerJoin(peers, eq(peers.peerId, peerTokens.peerId))
    .leftJoin(rateLimits, and(eq(rateLimits.kind, "peer"), eq(rateLimits.id, peers.peerId)))
    .where(eq(peerTokens.prefix, prefix));
  if (row === undefined) return undefined;
  const { hash, notAfter } = row.token;
  return { ...ofPeer(row.peer), credential: prefix, hash, notAfter, limit: limitOf(row.limit) };
}

async function findPeerByFingerprint(
  orm: Orm,
  fingerprint: string,
): Promise<StoredCredential | undefined> {
  const [row] = await orm.select({ peer: peers, limit: rateLimits })
    .from(peerFingerprints).innerJoin(peers, eq(peers.peerId, peerFingerprints.peerId))
    .leftJoin(rateLimits, and(eq(rateLimits.kind, "peer"), eq(rateLimits.id, peers.peerId)))
    .where(eq(peerFingerprints.fingerprint, fingerprint));
  if (row === undefined) return undefined;
  const rest = { hash: undefined, notAfter: null, limit: limitOf(row.limit) };
  return { ...ofPeer(row.peer), credential: fingerprint, ...rest };
}

function ofPeer(
  { peerId, role, scopes, resources, enabled, deletedAt }: typeof peers.$inferSelect,
) {
  const isThere = enabled && deletedAt === null;
  return { kind: "peer", id: peerId, role, scopes, resources, enabled: isThere } as const;
}

function ofKind(
  used: ReadonlyMap<string, Date>,
  kind: "key" | "peer",
): (readonly [string, Date])[] {
  return [...used].filter(([credential]) => isPrefix(credential, kind));
}

/** One statement, however many; sorted, so that two nodes never wait for each other. */
async function markUsed(
  orm: Orm,
  table: typeof apiKeys | typeof peerTokens,
  used: readonly (readonly [string, Date])[],
): Promise<void> {
  if (used.length === 0) return;
  const sorted = used.toSorted(([a], [b]) => a < b ? -1 : 1);
  const rows = JSON.stringify(sorted.map(([prefix, at]) => ({ prefix, at })));
  await orm.execute(sql`
    with used as (
      select prefix, at from jsonb_to_recordset(${rows}::jsonb) as u(prefix text, at timestamptz)
    ), locked as (
      select t.prefix from ${table} t join used using (prefix) order by t.prefix for update of t
    )
    update ${table} set last_used_at = used.at from used join locked using (prefix)
    where ${table.prefix} = used.prefix
      and (${table.lastUsedAt} is null or ${table.lastUsedAt} < used.at)`);
}
