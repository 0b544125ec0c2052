/**
 * The projection of call events, in Postgres.
 *
 * @module
 */
import { eq, sql } from "drizzle-orm";
import type pg from "pg";
import { OK } from "../../calls/call_event.ts";
import type { CallProjection, LiveNodes, ReadCalls } from "../../calls/call_store.ts";
import { createOrm, inTransaction, type Orm } from "../orm.ts";
import { projections } from "../schema.ts";
import { answerOf } from "../unavailable.ts";

const NAME = "calls", STREAM = "CALLS";
const UNIT_SEPARATOR = "\x1f";
/** Rows that are deleted at once, so that nobody waits for it. */
const FORGET = 5_000;

/** Keeps calls in Postgres. */
export function createCallProjection(pool: pg.Pool): CallProjection {
  const orm = createOrm(pool);
  return {
    async advance(read) {
      const start = { name: NAME, stream: STREAM, position: 0 };
      await answerOf(() => orm.insert(projections).values(start).onConflictDoNothing());
      return await inTransaction(pool, (tx) => advance(tx, read));
    },
    markLost: (known) => answerOf(() => markLost(orm, known)),
    forget: (before) => answerOf(() => forget(orm, before)),
  };
}

/** The row that says how far it is lets one node at a time do it. */
async function advance(
  tx: Orm,
  read: (after: number) => Promise<ReadCalls>,
): Promise<ReadCalls | undefined> {
  const [known] = await tx.select({ position: projections.position }).from(projections)
    .where(eq(projections.name, NAME)).for("update", { skipLocked: true });
  if (known === undefined) return undefined;
  const found = await read(known.position);
  const { messages, position } = found;
  if (messages.length > 0) await insert(tx, found);
  if (position !== known.position) {
    await tx.update(projections).set({ position, updatedAt: sql`now()` })
      .where(eq(projections.name, NAME));
  }
  return found;
}

/**
 * Postgres reads the messages itself, many at once: to read and to write each call here would take more
 * of this node's time than the calls did. Each call is taken once, as it was told last.
 */
async function insert(tx: Orm, { messages }: ReadCalls): Promise<void> {
  const nodes = messages.map(({ node }) => node);
  // As one text: an array would have every quotation mark in it escaped. No JSON has this character.
  const bodies = messages.map(({ body }) => body).join(UNIT_SEPARATOR);
  await tx.execute(sql`
    with messages as materialized (
      select node, body::jsonb as body
      from unnest(${sql.param(nodes)}::text[],
        string_to_array(${bodies}, ${UNIT_SEPARATOR})) as m(node, body)
    ), told as materialized (
      select distinct on (call.id) call.*, node, (body->>'at')::double precision + at as began
      from messages, jsonb_to_recordset(body->'calls') as call(id text, trace text, parent text,
        request text, operation text, peer text, caller text, originator text,
        at double precision, us double precision, outcome text, input text, output text)
      order by call.id, us nulls last
    ), kept as (
      insert into calls (id, trace_id, parent_id, request_id, operation, peer, node, identity_id,
        originator_id, requested_at, duration_ms, status, error_code, details)
      select id, trace, parent, request, operation, peer, node, caller, originator,
        to_timestamp(began / 1000), us / 1000,
        case when outcome is null then 'running' when outcome = ${OK} then 'ok' else 'failed' end,
        nullif(outcome, ${OK}),
        jsonb_strip_nulls(jsonb_build_object('input', input, 'output', output))
      from told
      on conflict (id) do update set status = excluded.status, error_code = excluded.error_code,
        details = excluded.details, duration_ms = excluded.duration_ms
      where calls.status in ('running', 'lost') and excluded.status <> 'running'
    )
    insert into call_edges (source, target, type)
    select parent, id, 'triggered' from told where parent is not null
    on conflict do nothing`);
}

async function markLost(orm: Orm, { nodes, node, since }: LiveNodes): Promise<number> {
  const { rowCount } = await orm.execute(sql`
    update calls set status = 'lost' where status = 'running' and (
      (not (node = any(${sql.param(nodes)}::text[])) and requested_at < now() - interval '1 minute')
      or (node = ${node} and requested_at < ${since.toISOString()}::timestamptz))`);
  return rowCount ?? 0;
}

async function forget(orm: Orm, before: Date): Promise<number> {
  const { rowCount } = await orm.execute(sql`
    with gone as (delete from calls where id in (
      select id from calls where requested_at < ${before.toISOString()}::timestamptz
      order by requested_at limit ${FORGET} for update skip locked) returning id),
    edges as (delete from call_edges where target in (select id from gone))
    select id from gone`);
  return rowCount ?? 0;
}
