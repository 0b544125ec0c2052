/**
 * Secrets of others, encrypted, and the keys that open them, wrapped.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { bytes, createdAt, moment, updatedAt } from "./columns.ts";

/** Outbound credentials, by provider and account. Ciphertext only. */
export const credentials = pgTable("credentials", {
  provider: text().notNull(),
  /** Empty: shared by all. */
  account: text().notNull().default(""),
  /** Which kind of credential set it is. */
  kind: text().notNull(),
  keyVersion: integer("key_version").notNull(),
  salt: bytes().notNull(),
  iv: bytes().notNull(),
  data: bytes().notNull(),
  /** What may be shown of it. */
  metadata: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  expiresAt: moment("expires_at"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
}, (table) => [
  primaryKey({ columns: [table.provider, table.account] }),
  // Rotation asks for what is not at the current version yet.
  index("credentials_key_version").on(table.keyVersion, table.provider, table.account),
]);

/** The data keys, each wrapped by the master key. */
export const keyRing = pgTable("key_ring", {
  version: integer().primaryKey(),
  kdf: text({ enum: ["pbkdf2-sha256", "hkdf-sha256", "vault"] }).notNull(),
  iterations: integer(),
  salt: bytes(),
  info: text(),
  /** Version of the vault's own key, for the kind `vault`. */
  vaultVersion: integer("vault_version"),
  wrappedSalt: bytes("wrapped_salt"),
  wrappedIv: bytes("wrapped_iv"),
  /** Erased when the entry is retired. */
  wrappedData: bytes("wrapped_data"),
  state: text({ enum: ["active", "retiring", "retired"] }).notNull(),
  current: boolean().notNull().default(false),
  createdAt: createdAt(),
  retiredAt: moment("retired_at"),
}, (table) => [
  check("key_ring_version", sql`${table.version} >= 100`),
  check("key_ring_kdf", sql`${table.kdf} in ('pbkdf2-sha256', 'hkdf-sha256', 'vault')`),
  check("key_ring_state", sql`${table.state} in ('active', 'retiring', 'retired')`),
  uniqueIndex("key_ring_current").on(table.current).where(sql`${table.current}`),
]);
