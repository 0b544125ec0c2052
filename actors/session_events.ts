/**
 * What can happen to a session of an agent.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { AnomalyType, Thresholds } from "./anomalies.ts";
import { At, eventSchema, Id, Line, Text } from "./event_schema.ts";

/** What is done about an anomaly; without a policy its parent is told (coordination §4.3). */
export const Policy = Type.Object({
  type: AnomalyType,
  action: Type.Union(
    [
      Type.Literal("notify"),
      Type.Literal("message"),
      Type.Literal("abort"),
      Type.Literal("restart"),
    ],
  ),
  message: Type.Optional(Text),
  maxTimes: Type.Optional(Type.Integer({ minimum: 1 })),
}, { additionalProperties: false });
export type Policy = Static<typeof Policy>;

/** What a session is created with. */
export const Creation = Type.Object({
  sessionId: Id,
  /** Fixed for the session's life: a changed role is for new sessions. */
  role: Type.Object({ name: Id, version: Type.Integer({ minimum: 1 }) }),
  directory: Line,
  title: Type.Optional(Line),
  /** Who spawned it; without one it is a main session. */
  parentId: Type.Optional(Id),
  /** Its place of work, if it has been given one: then it is coordinated. */
  worktree: Type.Optional(Type.Object({ path: Line, branch: Line, task: Type.Optional(Line) })),
  thresholds: Type.Optional(Thresholds),
  policies: Type.Optional(Type.Array(Policy, { maxItems: 20 })),
  /** Tokens that the model can take, and the share of them that is free for a conversation. */
  context: Type.Optional(Type.Object({
    limit: Type.Integer({ minimum: 1 }),
    usable: Type.Integer({ minimum: 1 }),
  })),
  /** Steps of the model in one turn. */
  maxSteps: Type.Optional(Type.Integer({ minimum: 1 })),
}, { additionalProperties: false });
export type Creation = Static<typeof Creation>;

/** How much a notice matters. */
export const Level = Type.Union(
  [Type.Literal("info"), Type.Literal("warning"), Type.Literal("blocking")],
);
export type Level = Static<typeof Level>;

/** What callers may send. */
export const SessionCommand = Type.Union([
  eventSchema("CREATE", { ...Creation.properties, at: At }),
  eventSchema("MESSAGE", { messageId: Id, text: Text, from: Type.Optional(Id), at: At }),
  eventSchema("NOTIFY", {
    message: Text,
    level: Level,
    final: Type.Optional(Type.Boolean()),
    at: At,
  }),
  eventSchema("APPROVE", { callId: Id, by: Id, at: At }),
  eventSchema("REJECT", { callId: Id, by: Id, reason: Type.Optional(Line), at: At }),
  eventSchema("INTERRUPT", { messageId: Id, at: At }),
  eventSchema("COMPACT", { at: At }),
  eventSchema("ABORT", { reason: Line, at: At }),
  eventSchema("MERGED", { at: At }),
  eventSchema("DELETE", { at: At }),
]);

/** What its effects tell on their way. */
export const SessionReport = Type.Union([
  eventSchema("PROGRESS", { at: At }),
  eventSchema("TOOL_CALLED", { callId: Id, tool: Id, inputHash: Id, at: At }),
  eventSchema("TOOL_FAILED", { callId: Id, at: At }),
  eventSchema("TOKEN_LEAKED", { messageId: Id, at: At }),
]);

/** All events of a session. */
export const SessionEvent = Type.Union([...SessionCommand.anyOf, ...SessionReport.anyOf]);
export type SessionEvent = Static<typeof SessionEvent>;
