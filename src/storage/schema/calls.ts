/**
 * Who called what, and what that called: a projection of the call events.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** Calls of any depth. */
export const calls = pgTable("calls", {
  requestId: text("request_id").primaryKey(),
  parentRequestId: text("parent_request_id"),
  /** The call that began the tree. */
  rootRequestId: text("root_request_id").notNull(),
  operation: text().notNull(),
  status: text().notNull(),
  node: text(),
  attempt: integer().notNull().default(1),
  identityId: text("identity_id"),
  originatorId: text("originator_id"),
  errorCode: text("error_code"),
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  requestedAt: moment("requested_at").notNull(),
  startedAt: moment("started_at"),
  completedAt: moment("completed_at"),
}, (table) => [
  index("calls_newest").on(table.requestedAt, table.requestId),
  index("calls_tree").on(table.rootRequestId, table.requestedAt),
  index("calls_parent").on(table.parentRequestId),
  index("calls_operation").on(table.operation, table.requestedAt, table.requestId),
  index("calls_identity").on(table.identityId, table.requestedAt, table.requestId),
  index("calls_status").on(table.status, table.requestedAt, table.requestId),
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
