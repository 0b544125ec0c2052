/**
 * How far projections are, and what they show of spokes.
 *
 * @module
 */
import { bigint, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { moment, updatedAt } from "./columns.ts";

/** How far each projection has read the stream that it is built from. */
export const projections = pgTable("projections", {
  name: text().primaryKey(),
  stream: text().notNull(),
  /** Sequence of the last message that is contained in the projection. */
  position: bigint({ mode: "number" }).notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});

/** Spokes as their logs tell of them. */
export const spokes = pgTable("spokes", {
  peerId: text("peer_id").primaryKey(),
  state: text().notNull(),
  /** The node it is connected to, or was last. */
  node: text(),
  epoch: bigint({ mode: "number" }),
  /** Hash of the operations that it offers. */
  specHash: text("spec_hash"),
  operations: integer().notNull().default(0),
  agent: text(),
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  connectedAt: moment("connected_at"),
  disconnectedAt: moment("disconnected_at"),
  /** Sequence of the last event that is contained in the row. */
  position: bigint({ mode: "number" }).notNull(),
  updatedAt: updatedAt(),
}, (table) => [index("spokes_state").on(table.state, table.peerId)]);
