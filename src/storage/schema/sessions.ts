/**
 * Projects, sessions and what was said in them.
 *
 * Sessions are actors: these rows are a projection of their logs, and the logs decide.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { createdAt, moment, searchable, updatedAt } from "./columns.ts";

/** Checkouts that sessions work in. */
export const projects = pgTable("projects", {
  id: text().primaryKey(),
  worktree: text().notNull().unique(),
  name: text(),
  createdAt: createdAt(),
});

/** What agents are told and may do; a version never changes once it is there. */
export const agentRoles = pgTable("agent_roles", {
  name: text().notNull(),
  version: integer().notNull(),
  description: text().notNull(),
  mode: text({ enum: ["primary", "subagent", "all"] }).notNull(),
  /** Prompt, models, tools, approvals, limits, scopes, policies. */
  definition: jsonb().$type<Record<string, unknown>>().notNull(),
  source: text().notNull(),
  createdAt: createdAt(),
}, (table) => [
  primaryKey({ columns: [table.name, table.version] }),
  check("agent_roles_mode", sql`${table.mode} in ('primary', 'subagent', 'all')`),
]);

/** Conversations of agents. */
export const sessions = pgTable("sessions", {
  id: text().primaryKey(),
  // No references: a projection takes rows in the order of the log, whatever it holds already.
  projectId: text("project_id"),
  parentId: text("parent_id"),
  title: text(),
  state: text().notNull(),
  role: text(),
  roleVersion: integer("role_version"),
  /** Whose session it is: kind and id of an identity. */
  ownerKind: text("owner_kind").notNull(),
  ownerId: text("owner_id").notNull(),
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  /** Sequence of the last event that is contained in the row. */
  position: bigint({ mode: "number" }).notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
}, (table) => [
  index("sessions_newest").on(table.updatedAt, table.id),
  index("sessions_children").on(table.parentId, table.updatedAt, table.id),
  index("sessions_project").on(table.projectId, table.updatedAt, table.id),
  index("sessions_owner").on(
    table.ownerKind,
    table.ownerId,
    table.updatedAt,
    table.id,
  ),
]);

/** What one side said. */
export const messages = pgTable("messages", {
  id: text().primaryKey(),
  sessionId: text("session_id").notNull().references(() => sessions.id, { onDelete: "cascade" }),
  role: text({ enum: ["user", "assistant", "system"] }).notNull(),
  state: text({ enum: ["open", "complete", "failed", "discarded"] }).notNull(),
  /** Agent, model, tokens, why it ended. */
  data: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  createdAt: createdAt(),
}, (table) => [
  check("messages_role", sql`${table.role} in ('user', 'assistant', 'system')`),
  check("messages_state", sql`${table.state} in ('open', 'complete', 'failed', 'discarded')`),
  index("messages_session").on(table.sessionId, table.createdAt, table.id),
]);

/** Texts, reasoning, tool calls and files of a message, in order. */
export const messageParts = pgTable("message_parts", {
  id: text().primaryKey(),
  messageId: text("message_id").notNull().references(() => messages.id, { onDelete: "cascade" }),
  sessionId: text("session_id").notNull().references(() => sessions.id, { onDelete: "cascade" }),
  index: integer("index").notNull(),
  type: text().notNull(),
  data: jsonb().$type<Record<string, unknown>>().notNull(),
  createdAt: createdAt(),
  /** Words of text parts. */
  words: searchable().generatedAlwaysAs(
    sql`to_tsvector('simple', case when type = 'text' then coalesce(data->>'text', '') else '' end)`,
  ),
}, (table) => [
  unique("message_parts_order").on(table.messageId, table.index),
  index("message_parts_session").on(table.sessionId, table.createdAt, table.id),
  index("message_parts_words").using("gin", table.words),
]);

/** What a session has set out to do. */
export const todos = pgTable("todos", {
  sessionId: text("session_id").notNull().references(() => sessions.id, { onDelete: "cascade" }),
  index: integer("index").notNull(),
  data: jsonb().$type<Record<string, unknown>>().notNull(),
}, (table) => [primaryKey({ columns: [table.sessionId, table.index] })]);

/** Where spawned sessions work, and on what. */
export const mappings = pgTable("mappings", {
  sessionId: text("session_id").primaryKey(),
  parentSessionId: text("parent_session_id"),
  worktreePath: text("worktree_path").notNull().unique(),
  branch: text().notNull(),
  task: text(),
  status: text({ enum: ["active", "completed", "failed", "aborted"] }).notNull().default("active"),
  agent: text(),
  model: jsonb().$type<Record<string, unknown>>(),
  attempts: integer(),
  node: text(),
  createdAt: createdAt(),
  completedAt: moment("completed_at"),
}, (table) => [
  check("mappings_status", sql`${table.status} in ('active', 'completed', 'failed', 'aborted')`),
  index("mappings_parent").on(table.parentSessionId, table.createdAt, table.sessionId),
  index("mappings_branch").on(table.branch),
]);
