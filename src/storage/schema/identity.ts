/**
 * Who may call: keys, peers, roles, and what was done with them.
 *
 * No table holds a secret: tokens are stored as keyed hashes.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { createdAt, moment, updatedAt } from "./columns.ts";

/** A list of texts, empty unless said otherwise. */
function texts(name: string) {
  return text(name).array().notNull().default(sql`'{}'`);
}

/** What was granted, and what that comes to. */
function rights() {
  return {
    /** Roles whose scopes are granted. */
    roles: texts("roles"),
    /** Scopes that were granted one by one. */
    ownScopes: texts("own_scopes"),
    /** Both together, written whenever one of them changes: what access is checked against. */
    scopes: texts("scopes"),
  };
}

/** The one row that says what this database belongs to. */
export const installation = pgTable("installation", {
  id: integer().primaryKey().default(1),
  /** Made with the key of the hashes: a hub with another key would know none of the tokens. */
  hashKeyCheck: text("hash_key_check").notNull(),
  /** Of the built-in roles, so that an older hub does not set them back. */
  rolesRevision: integer("roles_revision").notNull(),
  /** There is one first key, and no second first one, whatever becomes of it. */
  firstKeyMadeAt: moment("first_key_made_at"),
  createdAt: createdAt(),
}, (table) => [check("installation_is_one", sql`${table.id} = 1`)]);

/** Names for bundles of scopes. */
export const roles = pgTable("roles", {
  name: text().primaryKey(),
  description: text().notNull().default(""),
  scopes: texts("scopes"),
  builtIn: boolean("built_in").notNull().default(false),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** Keys of callers; each is an identity of its own, named by its prefix. */
export const apiKeys = pgTable("api_keys", {
  /** `alk_` and the public id. */
  prefix: text().primaryKey(),
  hash: text().notNull(),
  name: text().notNull(),
  description: text().notNull().default(""),
  ...rights(),
  enabled: boolean().notNull().default(true),
  expiresAt: moment("expires_at"),
  revokedAt: moment("revoked_at"),
  /** The key that took its place. */
  replacedBy: text("replaced_by"),
  /** Written now and then, not at each use. */
  lastUsedAt: moment("last_used_at"),
  createdBy: text("created_by").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
}, (table) => [
  index("api_keys_newest").on(table.createdAt, table.prefix),
  index("api_keys_name").on(sql`lower(${table.name}) text_pattern_ops`, table.prefix),
  index("api_keys_roles").using("gin", table.roles),
]);

/** Nodes and long-lived clients; their identity outlives every credential. */
export const peers = pgTable("peers", {
  peerId: text("peer_id").primaryKey(),
  role: text({ enum: ["node", "client"] }).notNull(),
  displayName: text("display_name"),
  ...rights(),
  resources: jsonb().$type<Record<string, string[]>>().notNull().default({}),
  enabled: boolean().notNull().default(true),
  createdBy: text("created_by").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  /** The row stays as a tombstone: an id is never given to somebody else. */
  deletedAt: moment("deleted_at"),
}, (table) => [
  check("peers_id", sql`${table.peerId} ~ '^[a-z0-9][a-z0-9-]{0,62}$'`),
  check("peers_role", sql`${table.role} in ('node', 'client')`),
  index("peers_roles").using("gin", table.roles),
]);

/** Public keys and certificates of peers; each leads to one peer at most. */
export const peerFingerprints = pgTable("peer_fingerprints", {
  fingerprint: text().primaryKey(),
  peerId: text("peer_id").notNull().references(() => peers.peerId),
  createdAt: createdAt(),
}, (table) => [index("peer_fingerprints_peer").on(table.peerId)]);

/** Bearer tokens of peers; several at once while one replaces another. */
export const peerTokens = pgTable("peer_tokens", {
  /** `alkpeer_` and the public id. */
  prefix: text().primaryKey(),
  hash: text().notNull().unique(),
  peerId: text("peer_id").notNull().references(() => peers.peerId),
  notAfter: moment("not_after"),
  lastUsedAt: moment("last_used_at"),
  createdAt: createdAt(),
}, (table) => [index("peer_tokens_peer").on(table.peerId)]);

/** One-time tokens with which a worker becomes a peer. */
export const registrationTokens = pgTable("registration_tokens", {
  /** `alkreg_` and the public id. */
  prefix: text().primaryKey(),
  hash: text().notNull(),
  peerId: text("peer_id").notNull(),
  role: text({ enum: ["node", "client"] }).notNull(),
  roles: texts("roles"),
  ownScopes: texts("own_scopes"),
  resources: jsonb().$type<Record<string, string[]>>().notNull().default({}),
  /** Whether it may give new credentials to a peer that is there already. */
  replace: boolean().notNull().default(false),
  expiresAt: moment("expires_at").notNull(),
  revokedAt: moment("revoked_at"),
  consumedAt: moment("consumed_at"),
  /** The public key that used it: the same key may try again for a while. */
  consumedBy: text("consumed_by"),
  /** The peer's token that it led to; a retry replaces that one. */
  sessionPrefix: text("session_prefix"),
  /** Nonces seen, so that no request counts twice. */
  nonces: texts("nonces"),
  createdBy: text("created_by").notNull(),
  createdAt: createdAt(),
}, (table) => [
  check("registration_tokens_role", sql`${table.role} in ('node', 'client')`),
  index("registration_tokens_newest").on(table.createdAt, table.prefix),
]);

/** Who made the resources that come and go while the hub runs, such as sessions. */
export const ownership = pgTable("ownership", {
  type: text().notNull(),
  id: text().notNull(),
  /** Id of an identity: prefix of a key, or id of a peer. */
  owner: text().notNull(),
  node: text().notNull(),
  createdAt: createdAt(),
}, (table) => [
  primaryKey({ columns: [table.type, table.id] }),
  index("ownership_owner").on(table.owner, table.type, table.id),
]);

/** Limits that differ from those of everybody. */
export const rateLimits = pgTable("rate_limits", {
  kind: text({ enum: ["key", "peer"] }).notNull(),
  id: text().notNull(),
  perSecond: integer("per_second").notNull(),
  burst: integer().notNull(),
  updatedAt: updatedAt(),
}, (table) => [
  primaryKey({ columns: [table.kind, table.id] }),
  check("rate_limits_positive", sql`${table.perSecond} > 0 and ${table.burst} > 0`),
]);

/** What was changed or refused, by whom; rows are only ever added. */
export const auditLog = pgTable("audit_log", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  at: moment("at").notNull().default(sql`clock_timestamp()`),
  /** `key`, `peer`, `operator` at the command line, or `hub` itself. */
  actorKind: text("actor_kind").notNull(),
  actorId: text("actor_id").notNull(),
  /** Whom the actor said to act for: a claim. */
  claimedFor: text("claimed_for"),
  action: text().notNull(),
  subjectKind: text("subject_kind").notNull(),
  subjectId: text("subject_id").notNull(),
  details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  requestId: text("request_id"),
  node: text().notNull(),
}, (table) => [
  index("audit_log_subject").on(table.subjectKind, table.subjectId, table.id),
  index("audit_log_actor").on(table.actorKind, table.actorId, table.id),
  index("audit_log_action").on(table.action, table.id),
  index("audit_log_at").on(table.at),
]);
