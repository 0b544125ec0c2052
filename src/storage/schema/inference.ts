/**
 * Providers of models, their models, and what was used of them.
 *
 * @module
 */
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { createdAt, moment, updatedAt } from "./columns.ts";

/** Where models are. Their credentials lie elsewhere, encrypted. */
export const providers = pgTable("providers", {
  id: text().primaryKey(),
  kind: text().notNull(),
  name: text().notNull(),
  baseUrl: text("base_url"),
  /** Names the row of `credentials` that opens it. */
  credential: text(),
  settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  enabled: boolean().notNull().default(true),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** What can be asked of a provider. */
export const models = pgTable("models", {
  providerId: text("provider_id").notNull().references(() => providers.id, { onDelete: "cascade" }),
  modelId: text("model_id").notNull(),
  name: text().notNull(),
  contextTokens: integer("context_tokens"),
  inputTokens: integer("input_tokens"),
  outputTokens: integer("output_tokens"),
  /** Prices, abilities, whatever else is known. */
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  enabled: boolean().notNull().default(true),
  updatedAt: updatedAt(),
}, (table) => [primaryKey({ columns: [table.providerId, table.modelId] })]);

/** One request to a model. Providers may go; what was used of them stays. */
export const usage = pgTable("usage", {
  id: text().primaryKey(),
  at: moment("at").notNull(),
  providerId: text("provider_id").notNull(),
  modelId: text("model_id").notNull(),
  identityKind: text("identity_kind").notNull(),
  identityId: text("identity_id").notNull(),
  sessionId: text("session_id"),
  requestId: text("request_id"),
  inputTokens: bigint("input_tokens", { mode: "number" }).notNull().default(0),
  outputTokens: bigint("output_tokens", { mode: "number" }).notNull().default(0),
  reasoningTokens: bigint("reasoning_tokens", { mode: "number" }).notNull().default(0),
  cacheReadTokens: bigint("cache_read_tokens", { mode: "number" }).notNull().default(0),
  cacheWriteTokens: bigint("cache_write_tokens", { mode: "number" }).notNull().default(0),
  /** Exact: money is no floating-point number. */
  cost: numeric({ precision: 20, scale: 10 }),
  currency: text(),
  durationMs: integer("duration_ms"),
  outcome: text().notNull(),
}, (table) => [
  index("usage_newest").on(table.at, table.id),
  index("usage_identity").on(
    table.identityKind,
    table.identityId,
    table.at,
    table.id,
  ),
  index("usage_model").on(table.providerId, table.modelId, table.at),
  index("usage_session").on(table.sessionId, table.at),
]);
