/**
 * What can happen to a task of MCP, and what it remembers.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { At, eventSchema, Id, Line } from "./event_schema.ts";

/** Longest result, in characters; how much of it is kept depends on what an event may hold. */
const MAX_RESULT_CHARS = 256 * 1024;

/** The process that runs the call: a node that was started again is another one. */
export const Runner = Type.Object({ node: Id, startedAt: At }, { additionalProperties: false });
export type Runner = Static<typeof Runner>;

/** What the tool gave. */
export const TaskResult = Type.Object({
  /** Under which logs and traces know the call. */
  requestId: Id,
  isError: Type.Boolean(),
  /** JSON of an object. */
  text: Type.String({ maxLength: MAX_RESULT_CHARS }),
}, { additionalProperties: false });
export type TaskResult = Static<typeof TaskResult>;

/** Why there is no result. */
export const TaskProblem = Type.Object({
  code: Id,
  message: Line,
  retryable: Type.Boolean(),
  reason: Type.Optional(Id),
}, { additionalProperties: false });
export type TaskProblem = Static<typeof TaskProblem>;

/** What is said of a task whose node is gone. */
export const LOST = {
  code: "ABORTED",
  message: "the node that worked on it is gone",
  retryable: true,
  reason: "node_lost",
} as const satisfies TaskProblem;

/** What a look for the process that runs a call came to. */
export interface Look {
  readonly isGone: boolean;
  /** Unix milliseconds. */
  readonly at: number;
}

/** All events of a task of MCP. */
export const McpTaskEvent = Type.Union([
  eventSchema("START", {
    /** Nobody else is told anything. */
    owner: Type.String({ minLength: 1, maxLength: 1_000 }),
    runner: Runner,
    ttlMs: Type.Integer({ minimum: 1 }),
    at: At,
  }),
  eventSchema("FINISH", { result: TaskResult, at: At }),
  eventSchema("FAIL", { problem: TaskProblem, at: At }),
  eventSchema("CANCEL", { at: At }),
]);
export type McpTaskEvent = Static<typeof McpTaskEvent>;

/** What a task of MCP remembers. */
export const McpTaskContext = Type.Object({
  owner: Type.String(),
  runner: Runner,
  ttlMs: Type.Integer(),
  createdAt: At,
  updatedAt: At,
  result: Type.Union([TaskResult, Type.Null()]),
  problem: Type.Union([TaskProblem, Type.Null()]),
});
export type McpTaskContext = Static<typeof McpTaskContext>;

/** Before anything was asked. */
export const NOT_BEGUN: McpTaskContext = {
  owner: "",
  runner: { node: "", startedAt: 0 },
  ttlMs: 0,
  createdAt: 0,
  updatedAt: 0,
  result: null,
  problem: null,
};
