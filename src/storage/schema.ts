/**
 * The tables of the hub's database, by what they are about.
 *
 * @module
 */
export {
  apiKeys,
  auditLog,
  installation,
  ownership,
  peerFingerprints,
  peers,
  peerTokens,
  rateLimits,
  registrationTokens,
  roles,
} from "./schema/identity.ts";
export { credentials, keyRing } from "./schema/secrets.ts";
export {
  agentRoles,
  mappings,
  messageParts,
  messages,
  projects,
  sessions,
  todos,
} from "./schema/sessions.ts";
export { taskEdges, tasks } from "./schema/tasks.ts";
export { callEdges, calls } from "./schema/calls.ts";
export { models, providers, usage } from "./schema/inference.ts";
export { projections, spokes } from "./schema/projections.ts";
export {
  callRelations,
  fingerprintRelations,
  messagePartRelations,
  messageRelations,
  modelRelations,
  peerRelations,
  peerTokenRelations,
  projectRelations,
  providerRelations,
  sessionRelations,
  taskEdgeRelations,
  taskRelations,
  todoRelations,
} from "./schema/relations.ts";
