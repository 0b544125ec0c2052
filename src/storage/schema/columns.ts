/**
 * Columns that several tables have.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import { customType, timestamp } from "drizzle-orm/pg-core";

/** A moment in time. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true, precision: 3 });
}

/** When the row was made. */
export function createdAt() {
  return moment("created_at").notNull().default(sql`now()`);
}

/** When the row was last changed. */
export function updatedAt() {
  return moment("updated_at").notNull().default(sql`now()`);
}

/** Bytes, as they are. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  // The driver gives a Buffer, which compares and prints unlike the bytes that were stored.
  fromDriver: (value) => new Uint8Array(value),
});

/** The words of a text, for full-text search. */
export const searchable = customType<{ data: string }>({ dataType: () => "tsvector" });
