/**
 * Reads calls from Postgres.
 *
 * @module
 */
import { and, asc, desc, eq, gte, like, lt, or, type SQL, sql } from "drizzle-orm";
import type pg from "pg";
import type { CallPageRequest, CallReader, CallRow } from "../../calls/call_store.ts";
import { startingWith } from "../like.ts";
import { createOrm, type Orm } from "../orm.ts";
import { calls } from "../schema.ts";
import { answerOf } from "../unavailable.ts";

/** Calls that are looked at for one that is asked for by the id of its request. */
const MAX_MEANT = 20;

/** Reads what {@linkcode createCallProjection} keeps. */
export function createCallReader(pool: pg.Pool): CallReader {
  const orm = createOrm(pool);
  return {
    list: (request) => answerOf(() => list(orm, request)),
    find: (id, { caller }) =>
      answerOf(async () => {
        const rows = await orm.select().from(calls)
          .where(or(eq(calls.id, id), eq(calls.requestId, id)))
          .orderBy(
            desc(eq(calls.id, id)),
            // Ids of requests are chosen by callers: nobody's are hidden behind those of others.
            sql`${calls.identityId} is not distinct from ${caller} desc`,
            desc(calls.requestedAt),
          ).limit(MAX_MEANT);
        return rows.map(rowOf);
      }),
    trace: (id, { limit }) =>
      answerOf(async () => {
        const rows = await orm.select().from(calls).where(eq(calls.traceId, id))
          .orderBy(asc(calls.requestedAt), asc(calls.id)).limit(limit);
        return rows.map(rowOf);
      }),
  };
}

async function list(orm: Orm, request: CallPageRequest): Promise<CallRow[]> {
  const { limit, after, operation, peer, caller, outcome, trace, since, until } = request;
  const rows = await orm.select().from(calls).where(and(
    after &&
      sql`(${calls.requestedAt}, ${calls.id}) < (${after.startedAt.toISOString()}::timestamptz, ${after.id})`,
    operation === undefined ? undefined : isNamed(operation),
    peer === undefined ? undefined : eq(calls.peer, peer),
    caller === undefined
      ? undefined
      : or(eq(calls.identityId, caller), eq(calls.originatorId, caller)),
    outcome === undefined ? undefined : endedAs(outcome),
    trace === undefined ? undefined : eq(calls.traceId, trace),
    since && gte(calls.requestedAt, since),
    until && lt(calls.requestedAt, until),
  )).orderBy(desc(calls.requestedAt), desc(calls.id)).limit(limit);
  return rows.map(rowOf);
}

function isNamed(operation: string): SQL {
  return operation.endsWith("*")
    ? like(calls.operation, startingWith(operation.slice(0, -1)))
    : eq(calls.operation, operation);
}

/** Statuses are small letters, codes of errors are not. */
function endedAs(outcome: string): SQL {
  return /^[a-z]+$/.test(outcome)
    ? sql`${calls.status} = ${outcome}`
    : eq(calls.errorCode, outcome);
}

function rowOf(row: typeof calls.$inferSelect): CallRow {
  const { id, operation, node, status, details: { input, output } } = row;
  return {
    ...{ id, operation, node, status, trace: row.traceId, request: row.requestId },
    startedAt: row.requestedAt,
    ...(row.parentId === null ? {} : { parent: row.parentId }),
    ...(row.peer === null ? {} : { peer: row.peer }),
    ...(row.identityId === null ? {} : { caller: row.identityId }),
    ...(row.originatorId === null ? {} : { originator: row.originatorId }),
    ...(row.errorCode === null ? {} : { error: row.errorCode }),
    ...(row.durationMs === null ? {} : { durationMs: row.durationMs }),
    ...(typeof input === "string" ? { input } : {}),
    ...(typeof output === "string" ? { output } : {}),
  };
}
