/**
 * The tables of the hub's database.
 *
 * @module
 */
import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** How far each projection has read the stream that it is built from. */
export const projections = pgTable("projections", {
  name: text().primaryKey(),
  stream: text().notNull(),
  /** Sequence of the last message that is contained in the projection. */
  position: bigint({ mode: "number" }).notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});
