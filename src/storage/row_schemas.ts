/**
 * Rows as TypeBox schemas, generated from the tables: for checking what comes out of the database
 * and for building the schemas of operations.
 *
 * @module
 */
import { createInsertSchema, createSelectSchema } from "drizzle-typebox";
import * as tables from "./schema.ts";

/** A row of each table as it is read. */
export const ROWS = {
  installation: createSelectSchema(tables.installation),
  roles: createSelectSchema(tables.roles),
  apiKeys: createSelectSchema(tables.apiKeys),
  peers: createSelectSchema(tables.peers),
  peerFingerprints: createSelectSchema(tables.peerFingerprints),
  peerTokens: createSelectSchema(tables.peerTokens),
  registrationTokens: createSelectSchema(tables.registrationTokens),
  rateLimits: createSelectSchema(tables.rateLimits),
  ownership: createSelectSchema(tables.ownership),
  auditLog: createSelectSchema(tables.auditLog),
  credentials: createSelectSchema(tables.credentials),
  keyRing: createSelectSchema(tables.keyRing),
  agentRoles: createSelectSchema(tables.agentRoles),
  projects: createSelectSchema(tables.projects),
  sessions: createSelectSchema(tables.sessions),
  messages: createSelectSchema(tables.messages),
  messageParts: createSelectSchema(tables.messageParts),
  todos: createSelectSchema(tables.todos),
  mappings: createSelectSchema(tables.mappings),
  tasks: createSelectSchema(tables.tasks),
  taskEdges: createSelectSchema(tables.taskEdges),
  calls: createSelectSchema(tables.calls),
  callEdges: createSelectSchema(tables.callEdges),
  providers: createSelectSchema(tables.providers),
  models: createSelectSchema(tables.models),
  usage: createSelectSchema(tables.usage),
  projections: createSelectSchema(tables.projections),
  spokes: createSelectSchema(tables.spokes),
} as const;

/** A row of each table as it is written; what has a default may be left out. */
export const NEW_ROWS = {
  installation: createInsertSchema(tables.installation),
  roles: createInsertSchema(tables.roles),
  apiKeys: createInsertSchema(tables.apiKeys),
  peers: createInsertSchema(tables.peers),
  peerFingerprints: createInsertSchema(tables.peerFingerprints),
  peerTokens: createInsertSchema(tables.peerTokens),
  registrationTokens: createInsertSchema(tables.registrationTokens),
  rateLimits: createInsertSchema(tables.rateLimits),
  ownership: createInsertSchema(tables.ownership),
  auditLog: createInsertSchema(tables.auditLog),
  credentials: createInsertSchema(tables.credentials),
  keyRing: createInsertSchema(tables.keyRing),
  agentRoles: createInsertSchema(tables.agentRoles),
  projects: createInsertSchema(tables.projects),
  sessions: createInsertSchema(tables.sessions),
  messages: createInsertSchema(tables.messages),
  messageParts: createInsertSchema(tables.messageParts),
  todos: createInsertSchema(tables.todos),
  mappings: createInsertSchema(tables.mappings),
  tasks: createInsertSchema(tables.tasks),
  taskEdges: createInsertSchema(tables.taskEdges),
  calls: createInsertSchema(tables.calls),
  callEdges: createInsertSchema(tables.callEdges),
  providers: createInsertSchema(tables.providers),
  models: createInsertSchema(tables.models),
  usage: createInsertSchema(tables.usage),
  projections: createInsertSchema(tables.projections),
  spokes: createInsertSchema(tables.spokes),
} as const;
