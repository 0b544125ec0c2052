/**
 * Tasks and what they wait for: a projection of the tasks' logs, with the fields of `@alkdev/taskgraph`.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import { bigint, check, index, jsonb, pgTable, primaryKey, real, text } from "drizzle-orm/pg-core";
import { createdAt, updatedAt } from "./columns.ts";

/** Pieces of work. */
export const tasks = pgTable("tasks", {
  id: text().primaryKey(),
  projectId: text("project_id"),
  name: text().notNull(),
  status: text(),
  scope: text(),
  risk: text(),
  impact: text(),
  level: text(),
  priority: text(),
  tags: text().array().notNull().default(sql`'{}'`),
  assignee: text(),
  /** The session that works on it. */
  sessionId: text("session_id"),
  due: text(),
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  /** Sequence of the last event that is contained in the row. */
  position: bigint({ mode: "number" }).notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
}, (table) => [
  index("tasks_newest").on(table.updatedAt, table.id),
  index("tasks_status").on(table.status, table.updatedAt, table.id),
  index("tasks_project").on(table.projectId, table.updatedAt, table.id),
  index("tasks_session").on(table.sessionId),
  index("tasks_tags").using("gin", table.tags),
]);

/** Which task waits for which. The other end need not be there: an edge may come before its task. */
export const taskEdges = pgTable("task_edges", {
  prerequisite: text().notNull(),
  dependent: text().notNull(),
  qualityRetention: real("quality_retention"),
}, (table) => [
  primaryKey({ columns: [table.prerequisite, table.dependent] }),
  check("task_edges_no_loop", sql`${table.prerequisite} <> ${table.dependent}`),
  index("task_edges_dependent").on(table.dependent),
]);
