/**
 * What a graph stores on its nodes and edges, and how it is serialised.
 *
 * @module
 */
import {
  type Static,
  type TArray,
  type TLiteral,
  type TObject,
  type TSchema,
  type TString,
  Type,
} from "@sinclair/typebox";
import {
  TaskImpactEnum,
  TaskLevelEnum,
  TaskPriorityEnum,
  TaskRiskEnum,
  TaskScopeEnum,
  TaskStatusEnum,
} from "./enums.ts";

/** The attributes of a node: what analysis needs of a task, and nothing else. */
export const TaskGraphNodeAttributes = Type.Object({
  name: Type.String(),
  scope: Type.Optional(TaskScopeEnum),
  risk: Type.Optional(TaskRiskEnum),
  impact: Type.Optional(TaskImpactEnum),
  level: Type.Optional(TaskLevelEnum),
  priority: Type.Optional(TaskPriorityEnum),
  status: Type.Optional(TaskStatusEnum),
});
/** The attributes of a node: what analysis needs of a task, and nothing else. */
export type TaskGraphNodeAttributes = Static<typeof TaskGraphNodeAttributes>;

/** A change to the attributes of a node. */
export const TaskGraphNodeAttributesUpdate = Type.Partial(TaskGraphNodeAttributes);
/** A change to the attributes of a node. */
export type TaskGraphNodeAttributesUpdate = Static<typeof TaskGraphNodeAttributesUpdate>;

/** The attributes of an edge: how much of a prerequisite's failure the dependent is spared. */
export const TaskGraphEdgeAttributes = Type.Object({
  qualityRetention: Type.Optional(Type.Number()),
});
/** The attributes of an edge: how much of a prerequisite's failure the dependent is spared. */
export type TaskGraphEdgeAttributes = Static<typeof TaskGraphEdgeAttributes>;

/** The schema of a serialised graph whose nodes, edges and self have the given attributes. */
export type TSerializedGraph<N extends TSchema, E extends TSchema, G extends TSchema> = TObject<{
  attributes: G;
  options: TObject<{
    type: TLiteral<"directed">;
    multi: TLiteral<false>;
    allowSelfLoops: TLiteral<false>;
  }>;
  nodes: TArray<TObject<{ key: TString; attributes: N }>>;
  edges: TArray<TObject<{ key: TString; source: TString; target: TString; attributes: E }>>;
}>;

/** Makes the schema of a serialised graph from the schemas of its attributes. */
export function SerializedGraph<N extends TSchema, E extends TSchema, G extends TSchema>(
  NodeAttributes: N,
  EdgeAttributes: E,
  GraphAttributes: G,
): TSerializedGraph<N, E, G> {
  return Type.Object({
    attributes: GraphAttributes,
    options: Type.Object({
      type: Type.Literal("directed"),
      multi: Type.Literal(false),
      allowSelfLoops: Type.Literal(false),
    }),
    nodes: Type.Array(Type.Object({ key: Type.String(), attributes: NodeAttributes })),
    edges: Type.Array(
      Type.Object({
        key: Type.String(),
        source: Type.String(),
        target: Type.String(),
        attributes: EdgeAttributes,
      }),
    ),
  });
}

/** A whole task graph as plain data. */
export const TaskGraphSerialized = SerializedGraph(
  TaskGraphNodeAttributes,
  TaskGraphEdgeAttributes,
  Type.Object({}),
);
/** A whole task graph as plain data. */
export type TaskGraphSerialized = Static<typeof TaskGraphSerialized>;
