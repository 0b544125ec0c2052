/**
 * Who called what, and what that called: a projection of the call events.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import {
  check,
  doublePrecision,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** Calls of any depth. */
export const calls = pgTable("calls", {
  /** Its span in the trace: of the hub's own making, unlike the request's id. */
  id: text().primaryKey(),
  traceId: text("trace_id").notNull(),
  /** Span of whoever asked; a call, or something outside that the hub does not know. */
  parentId: text("parent_id"),
  requestId: text("request_id").notNull(),
  operation: text().notNull(),
  /** The spoke that answers. */
  peer: text(),
  status: text({ enum: ["running", "ok", "failed", "lost"] }).notNull(),
  node: text().notNull(),
  identityId: text("identity_id"),
  originatorId: text("originator_id"),
  errorCode: text("error_code"),
  /** Input and output, if they are recorded. */
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  requestedAt: moment("requested_at").notNull(),
  durationMs: doublePrecision("duration_ms"),
}, (table) => [
  check("calls_status_known", sql`${table.status} in ('running', 'ok', 'failed', 'lost')`),
  // Every call pays for each of these: what few calls have is indexed for those few alone.
  index("calls_newest").on(table.requestedAt, table.id),
  index("calls_trace").on(table.traceId, table.requestedAt),
  index("calls_request").on(table.requestId),
  // One for names and for their beginnings, whatever language the database sorts by.
  index("calls_operation").on(
    table.operation.op("text_pattern_ops"),
    table.requestedAt,
    table.id,
  ),
  index("calls_peer").on(table.peer, table.requestedAt, table.id),
  index("calls_identity").on(table.identityId, table.requestedAt, table.id),
  index("calls_originator").on(table.originatorId, table.requestedAt, table.id).where(
    sql`${table.originatorId} is not null`,
  ),
  index("calls_error").on(table.errorCode, table.requestedAt, table.id).where(
    sql`${table.errorCode} is not null`,
  ),
  // Those that went well are nearly all: nobody looks for them by that.
  index("calls_status").on(table.status, table.requestedAt, table.id).where(
    sql`${table.status} <> 'ok'`,
  ),
]);

/** How calls relate; either end may still be unknown. */
export const callEdges = pgTable("call_edges", {
  source: text().notNull(),
  target: text().notNull(),
  type: text({ enum: ["triggered", "depends_on"] }).notNull(),
}, (table) => [
  primaryKey({ columns: [table.source, table.target, table.type] }),
  check("call_edges_type", sql`${table.type} in ('triggered', 'depends_on')`),
  index("call_edges_target").on(table.target),
]);
