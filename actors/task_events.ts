/**
 * What can happen to a coordinated task.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { At, eventSchema, Id, Line, Text } from "./event_schema.ts";

const Ids = Type.Array(Id, { maxItems: 1_000 });

/** What a task is created with. */
export const TaskFacts = Type.Object({
  taskId: Id,
  level: Type.Union([
    Type.Literal("planning"),
    Type.Literal("decomposition"),
    Type.Literal("implementation"),
    Type.Literal("review"),
    Type.Literal("research"),
  ]),
  /** Tasks that have to be completed and merged before it starts. */
  dependsOn: Ids,
  /** Reviews that have to be completed before it is merged. */
  gates: Ids,
}, { additionalProperties: false });
export type TaskFacts = Static<typeof TaskFacts>;

/** All events of a task. */
export const TaskEvent = Type.Union([
  eventSchema("CREATE", { ...TaskFacts.properties, at: At }),
  eventSchema("DEPENDENCY_MERGED", { taskId: Id, at: At }),
  eventSchema("DEPEND", { on: Ids, at: At }),
  eventSchema("HOLD", { reason: Line, at: At }),
  eventSchema("RELEASE", { at: At }),
  eventSchema("START", { force: Type.Optional(Type.Boolean()), at: At }),
  eventSchema("FINAL", { at: At }),
  eventSchema("BLOCKING", { message: Text, at: At }),
  eventSchema("RESUME", { message: Text, at: At }),
  eventSchema("RESTART", { at: At }),
  eventSchema("REVIEWED", { critical: Type.Integer({ minimum: 0 }), at: At }),
  eventSchema("GATE_PASSED", { taskId: Id, at: At }),
  eventSchema("MERGE", { force: Type.Optional(Type.Boolean()), at: At }),
  eventSchema("FAIL", { reason: Line, at: At }),
  eventSchema("RETRY", { at: At }),
  eventSchema("ABORT", { at: At }),
  eventSchema("CANCEL", { at: At }),
]);
export type TaskEvent = Static<typeof TaskEvent>;
