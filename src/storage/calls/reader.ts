/**
 * Reads calls from Postgres.
 *
 * @module
 */
import { and, asc, desc, eq, gte, like, lt, or, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type pg from "pg";
import type { CallPageRequest, CallReader, CallRow } from "../../calls/call_store.ts";
import { startingWith } from "../like.ts";
import { createOrm, type Orm } from "../orm.ts";
import { callEdges, calls } from "../schema.ts";
import { answerOf } from "../unavailable.ts";

/** Calls that are looked at for one that is asked for by the id of its request. */
const MAX_MEANT = 20;
/** Calls above one that are looked for: deeper than any call is let go. */
const MAX_ABOVE = 100;

type Row = typeof calls.$inferSelect;

/** Reads what {@linkcode createCallProjection} keeps. */
export function createCallReader(pool: pg.Pool): CallReader {
  return readCallsWith(createOrm(pool));
}

/** The same, with queries that somebody else may want to see. */
export function readCallsWith(orm: Orm): CallReader {
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
        return rowsOf(rows);
      }),
    trace: (id, { limit }) =>
      answerOf(async () => {
        const rows = await orm.select().from(calls).where(eq(calls.traceId, id))
          .orderBy(asc(calls.requestedAt), asc(calls.id)).limit(limit);
        return rowsOf(rows);
      }),
    family: (call, { limit }) => answerOf(() => family(orm, call, limit)),
  };
}

/** By the edges: neither calls of a trace nor those of a parent are looked through for it. */
async function family(
  orm: Orm,
  { id, trace }: Pick<CallRow, "id" | "trace">,
  limit: number,
): Promise<CallRow[]> {
  // "union" ends where parents, which callers choose, go round in a circle.
  const related = sql`(
    with recursive above(id) as (
      select ${id}::text union
      select source from above join ${callEdges} on target = above.id
    ), below(id) as (
      select ${id}::text union
      select target from below join ${callEdges} on source = below.id
    )
    (select id from above limit ${MAX_ABOVE}) union (select id from below limit ${limit})
  )`;
  const rows = await orm.select().from(calls)
    .where(and(sql`${calls.id} in ${related}`, eq(calls.traceId, trace)))
    .orderBy(asc(calls.requestedAt), asc(calls.id)).limit(limit);
  return rowsOf(rows);
}

async function list(orm: Orm, request: CallPageRequest): Promise<CallRow[]> {
  const { caller, limit } = request;
  if (caller === undefined) return rowsOf(await page(orm, request));
  // Two walks through an index each, instead of one through all: "or" would have no order to go by.
  const mine = eq(calls.identityId, caller);
  const forMe = and(
    eq(calls.originatorId, caller),
    sql`${calls.identityId} is distinct from ${caller}`,
  );
  const both = unionAll(page(orm, request, mine), page(orm, request, forMe));
  return rowsOf(await both.orderBy(desc(calls.requestedAt), desc(calls.id)).limit(limit));
}

/** The newest calls that are asked for, of those `by` somebody. */
function page(orm: Orm, request: CallPageRequest, by?: SQL) {
  const { limit, after, operation, peer, outcome, trace, since, until } = request;
  return orm.select().from(calls).where(and(
    by,
    after &&
      sql`(${calls.requestedAt}, ${calls.id}) < (${after.startedAt.toISOString()}::timestamptz, ${after.id})`,
    operation === undefined ? undefined : isNamed(operation),
    peer === undefined ? undefined : eq(calls.peer, peer),
    outcome === undefined ? undefined : endedAs(outcome),
    trace === undefined ? undefined : eq(calls.traceId, trace),
    since && gte(calls.requestedAt, since),
    until && lt(calls.requestedAt, until),
  )).orderBy(desc(calls.requestedAt), desc(calls.id)).limit(limit);
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

function rowsOf(rows: readonly Row[]): CallRow[] {
  return rows.map(rowOf);
}

function rowOf(row: Row): CallRow {
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
