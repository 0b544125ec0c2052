/**
 * Keys of callers, in Postgres.
 *
 * @module
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { Type } from "@sinclair/typebox";
import { conflict, notFound } from "../../auth/errors.ts";
import type { ApiKey, RateLimit } from "../../auth/records.ts";
import type { ApiKeyChange, ApiKeys, ChangeOptions, NewApiKey } from "../../auth/stores.ts";
import { AnyMoment, decodeCursor, type Page, pageOf, type PageRequest } from "../cursor.ts";
import { startingWith } from "../like.ts";
import type { Orm } from "../orm.ts";
import { apiKeys, rateLimits } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import { limitOf, putLimit } from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import { expand } from "./rights.ts";

type Row = typeof apiKeys.$inferSelect;

/** Keeps keys in Postgres. */
export function createApiKeys(orm: Orm, recorder: Recorder): ApiKeys {
  return {
    insert: (key, { actor, permit }) =>
      recorder.write(actor, async (tx) => {
        const result = await insertKey(tx, key, { createdBy: actor.id, permit });
        const { scopes, expiresAt } = result;
        return { result, ...noteOf(key.prefix, "key.created", { scopes, expiresAt }) };
      }),
    find: (prefix) => answerOf(() => findKey(orm, prefix)),
    list: (request) => answerOf(() => listKeys(orm, request)),
    update: (prefix, change, options) => updateKey(recorder, { prefix, change }, options),
    revoke: (prefix, { actor, permit }) =>
      recorder.write(actor, async (tx) => {
        const key = await lockKey(tx, prefix);
        permit(key.scopes);
        const revokedAt = key.revokedAt ?? new Date();
        await tx.update(apiKeys).set({ revokedAt, enabled: false, updatedAt: sql`now()` })
          .where(eq(apiKeys.prefix, prefix));
        const result = await mustFind(tx, prefix);
        return { result, ...noteOf(prefix, "key.revoked"), change: { kind: "key", id: prefix } };
      }),
    rotate: (prefix, next, options) => rotateKey(recorder, { prefix, next }, options),
  };
}

/** Stores a key, once what it may do has been permitted. */
export async function insertKey(
  tx: Orm,
  { ownScopes, roles, limit, ...key }: NewApiKey,
  { createdBy, permit }: Pick<ChangeOptions, "permit"> & { readonly createdBy: string },
): Promise<ApiKey> {
  const rights = await expand(tx, { ownScopes, roles });
  permit(rights.scopes);
  await tx.insert(apiKeys).values({ ...key, ...rights, createdBy });
  await putLimit(tx, { kind: "key", id: key.prefix }, limit);
  return await mustFind(tx, key.prefix);
}

async function updateKey(
  recorder: Recorder,
  { prefix, change }: { readonly prefix: string; readonly change: ApiKeyChange },
  { actor, permit }: ChangeOptions,
): Promise<ApiKey> {
  const { ownScopes, roles, limit, ...columns } = change;
  return await recorder.write(actor, async (tx) => {
    const before = await lockKey(tx, prefix);
    if (before.revokedAt !== null) throw conflict(`The key ${prefix} is revoked`);
    const rights = await expand(tx, {
      ownScopes: ownScopes ?? before.ownScopes,
      roles: roles ?? before.roles,
    });
    // Who changes a key may do nothing with it, unless they may do all that it could or can.
    permit([...before.scopes, ...rights.scopes]);
    await tx.update(apiKeys).set({ ...columns, ...rights, updatedAt: sql`now()` })
      .where(eq(apiKeys.prefix, prefix));
    if (limit !== undefined) await putLimit(tx, { kind: "key", id: prefix }, limit);
    const result = await mustFind(tx, prefix);
    return {
      result,
      ...noteOf(prefix, "key.updated", { ...change }),
      change: { kind: "key", id: prefix },
    };
  });
}

async function rotateKey(
  recorder: Recorder,
  { prefix, next }: { readonly prefix: string; readonly next: Parameters<ApiKeys["rotate"]>[1] },
  { actor, permit }: ChangeOptions,
): Promise<ApiKey> {
  return await recorder.write(actor, async (tx) => {
    const old = await lockKey(tx, prefix);
    if (old.revokedAt !== null || old.replacedBy !== null || isOver(old.expiresAt)) {
      throw conflict(`The key ${prefix} is revoked, expired or already rotated`);
    }
    const { name, description, ownScopes, roles, expiresAt, enabled } = old;
    const limit = (await mustFind(tx, prefix)).limit;
    const { graceEndsAt, ...token } = next;
    const copy = { ...token, name, description, ownScopes, roles, expiresAt, limit };
    const result = await insertKey(tx, copy, { createdBy: actor.id, permit });
    if (!enabled) await tx.update(apiKeys).set({ enabled }).where(eq(apiKeys.prefix, next.prefix));
    const endsAt = expiresAt !== null && expiresAt < graceEndsAt ? expiresAt : graceEndsAt;
    await tx.update(apiKeys)
      .set({ expiresAt: endsAt, replacedBy: next.prefix, updatedAt: sql`now()` })
      .where(eq(apiKeys.prefix, prefix));
    return {
      result: { ...result, enabled },
      ...noteOf(prefix, "key.rotated", { replacedBy: next.prefix, endsAt }),
      change: { kind: "key", id: prefix },
    };
  });
}

async function lockKey(tx: Orm, prefix: string): Promise<Row> {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.prefix, prefix)).for("update");
  if (row === undefined) throw notFound("key", prefix);
  return row;
}

async function mustFind(tx: Orm, prefix: string): Promise<ApiKey> {
  const key = await findKey(tx, prefix);
  if (key === undefined) throw notFound("key", prefix);
  return key;
}

async function findKey(orm: Orm, prefix: string): Promise<ApiKey | undefined> {
  const [row] = await selectKeys(orm).where(eq(apiKeys.prefix, prefix));
  return row && keyOf(row);
}

const ByAge = Type.Tuple([AnyMoment, Type.String()]);
const ByName = Type.Tuple([Type.String(), Type.String()]);

async function listKeys(
  orm: Orm,
  request: PageRequest & { readonly name?: string | undefined },
): Promise<Page<ApiKey>> {
  const rows = request.name === undefined
    ? await selectKeys(orm).where(afterAge(request)).limit(request.limit + 1)
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.prefix))
    : await selectKeys(orm).where(and(named(request.name), afterName(request)))
      .limit(request.limit + 1).orderBy(sql`lower(${apiKeys.name}) using ~<~`, apiKeys.prefix);
  return pageOf(
    rows.map(keyOf),
    request,
    ({ prefix, name, createdAt }) =>
      request.name === undefined ? [createdAt.getTime(), prefix] : [name, prefix],
  );
}

function named(name: string) {
  return sql`lower(${apiKeys.name}) like lower(${startingWith(name)})`;
}

function afterAge({ after }: PageRequest) {
  if (after === undefined) return undefined;
  const [createdAt, prefix] = decodeCursor(ByAge, after);
  return sql`(${apiKeys.createdAt}, ${apiKeys.prefix}) < (${
    new Date(createdAt).toISOString()
  }::timestamptz, ${prefix})`;
}

/** The order of the index: by bytes, whatever the database's language. */
function afterName({ after }: PageRequest) {
  if (after === undefined) return undefined;
  const [name, prefix] = decodeCursor(ByName, after);
  return sql`(lower(${apiKeys.name}) ~>~ lower(${name})
    or (lower(${apiKeys.name}) = lower(${name}) and ${apiKeys.prefix} > ${prefix}))`;
}

function selectKeys(orm: Orm) {
  return orm.select({ key: apiKeys, limit: rateLimits }).from(apiKeys)
    .leftJoin(rateLimits, and(eq(rateLimits.kind, "key"), eq(rateLimits.id, apiKeys.prefix)))
    .$dynamic();
}

function keyOf({ key, limit }: { readonly key: Row; readonly limit: RateLimit | null }): ApiKey {
  const { hash: _, ...shown } = key;
  return { ...shown, limit: limitOf(limit) };
}

function isOver(moment: Date | null): boolean {
  return moment !== null && moment.getTime() <= Date.now();
}

function noteOf(prefix: string, action: string, details: Record<string, unknown> = {}) {
  return { action, subject: { kind: "key", id: prefix }, details };
}
