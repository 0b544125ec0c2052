/**
 * How tables lead to each other, for queries that follow them.
 *
 * @module
 */
import { relations } from "drizzle-orm";
import { models, providers } from "./inference.ts";
import { peerFingerprints, peers, peerTokens } from "./identity.ts";
import { messageParts, messages, projects, sessions, todos } from "./sessions.ts";
import { calls } from "./calls.ts";
import { taskEdges, tasks } from "./tasks.ts";

/** A peer has its credentials. */
export const peerRelations = relations(peers, ({ many }) => ({
  fingerprints: many(peerFingerprints),
  tokens: many(peerTokens),
}));

/** A fingerprint leads to one peer. */
export const fingerprintRelations = relations(peerFingerprints, ({ one }) => ({
  peer: one(peers, { fields: [peerFingerprints.peerId], references: [peers.peerId] }),
}));

/** A token leads to one peer. */
export const peerTokenRelations = relations(peerTokens, ({ one }) => ({
  peer: one(peers, { fields: [peerTokens.peerId], references: [peers.peerId] }),
}));

/** A project has its sessions. */
export const projectRelations = relations(projects, ({ many }) => ({ sessions: many(sessions) }));

/** A session has its place in the tree, and what was said in it. */
export const sessionRelations = relations(sessions, ({ one, many }) => ({
  project: one(projects, { fields: [sessions.projectId], references: [projects.id] }),
  parent: one(sessions, {
    fields: [sessions.parentId],
    references: [sessions.id],
    relationName: "session tree",
  }),
  children: many(sessions, { relationName: "session tree" }),
  messages: many(messages),
  todos: many(todos),
}));

/** A message belongs to a session and has parts. */
export const messageRelations = relations(messages, ({ one, many }) => ({
  session: one(sessions, { fields: [messages.sessionId], references: [sessions.id] }),
  parts: many(messageParts),
}));

/** A part belongs to a message. */
export const messagePartRelations = relations(messageParts, ({ one }) => ({
  message: one(messages, { fields: [messageParts.messageId], references: [messages.id] }),
}));

/** A thing to do belongs to a session. */
export const todoRelations = relations(todos, ({ one }) => ({
  session: one(sessions, { fields: [todos.sessionId], references: [sessions.id] }),
}));

/** A provider has its models. */
export const providerRelations = relations(providers, ({ many }) => ({ models: many(models) }));

/** A model belongs to a provider. */
export const modelRelations = relations(models, ({ one }) => ({
  provider: one(providers, { fields: [models.providerId], references: [providers.id] }),
}));

/** A call has the one that made it and those that it made. */
export const callRelations = relations(calls, ({ one, many }) => ({
  parent: one(calls, {
    fields: [calls.parentId],
    references: [calls.id],
    relationName: "call tree",
  }),
  children: many(calls, { relationName: "call tree" }),
}));

/** A task waits for some and is waited for by others. */
export const taskRelations = relations(tasks, ({ many }) => ({
  prerequisites: many(taskEdges, { relationName: "dependent" }),
  dependents: many(taskEdges, { relationName: "prerequisite" }),
}));

/** An edge between two tasks. */
export const taskEdgeRelations = relations(taskEdges, ({ one }) => ({
  prerequisiteTask: one(tasks, {
    fields: [taskEdges.prerequisite],
    references: [tasks.id],
    relationName: "prerequisite",
  }),
  dependentTask: one(tasks, {
    fields: [taskEdges.dependent],
    references: [tasks.id],
    relationName: "dependent",
  }),
}));
