/**
 * The interchange format, and its checks on the way in.
 *
 * @module
 */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { CallErrorInfo, CallNodeAttrs, EdgeType } from "../schema/call.ts";
import { OperationEdgeAttrs, OperationNodeAttrs } from "../schema/operation.ts";
import {
  assertKey,
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraphError,
  NodeNotFoundError,
} from "./errors.ts";
import type { RawGraph } from "./traversal.ts";

/** How every graph of this package is set up. */
export const GRAPH_OPTIONS = { type: "directed", multi: false, allowSelfLoops: false } as const;

const Attributes = Type.Record(Type.String(), Type.Unknown());

const Serialized = Type.Object({
  attributes: Type.Optional(Attributes),
  options: Type.Object({
    type: Type.Literal("directed"),
    multi: Type.Literal(false),
    allowSelfLoops: Type.Literal(false),
  }),
  nodes: Type.Array(Type.Object({ key: Type.String(), attributes: Type.Optional(Attributes) })),
  edges: Type.Array(Type.Object({
    key: Type.Optional(Type.String()),
    source: Type.String(),
    target: Type.String(),
    attributes: Type.Composite([Type.Object({ edgeType: EdgeType })], {
      additionalProperties: true,
    }),
  })),
});

function seen<T extends TSchema>(value: T) {
  return Type.Object({ at: Type.String(), value });
}

const Request = Type.Pick(CallNodeAttrs, ["operationId", "input", "parentRequestId", "identity"]);

const Evidence = Type.Record(
  Type.String(),
  Type.Object({
    requested: Type.Optional(seen(Request)),
    firstResponse: Type.Optional(seen(Type.Optional(Type.Unknown()))),
    lastResponse: Type.Optional(seen(Type.Optional(Type.Unknown()))),
    completed: Type.Optional(seen(Type.Null())),
    error: Type.Optional(seen(CallErrorInfo)),
    aborted: Type.Optional(seen(Type.Null())),
    runningSince: Type.Optional(seen(Type.Null())),
  }),
);

/**
 * Checks what a call graph stored of events that contradicted each other.
 *
 * @throws {FlowGraphError} if it is anything else.
 */
export function readEvidence(value: unknown): Static<typeof Evidence> {
  if (value === undefined) return {};
  if (Value.Check(Evidence, value)) return value;
  expect(Evidence, value, "callEvidence of graph");
  return {};
}

/** A graph in graphology's own JSON. */
export interface SerializedFlowGraph<N extends object, E extends object> {
  attributes: Record<string, unknown>;
  options: { type: string; multi: boolean; allowSelfLoops: boolean };
  nodes: { key: string; attributes: N }[];
  edges: { key: string; source: string; target: string; attributes: E }[];
}

function expect(schema: TSchema, value: unknown, what: string): void {
  if (Value.Check(schema, value)) return;
  const first = Value.Errors(schema, value).First();
  const reason = `${first?.path || "it"}: ${first?.message ?? "is not valid"}`;
  throw new FlowGraphError(`Cannot read ${what}: ${reason}`);
}

/** Which schema a node has is told by the fields that only it has. */
function nodeSchema(attributes: Record<string, unknown>): TSchema | undefined {
  if ("requestId" in attributes || "operationId" in attributes) return CallNodeAttrs;
  const isOperation = "inputSchema" in attributes || "outputSchema" in attributes ||
    "namespace" in attributes;
  return isOperation ? OperationNodeAttrs : undefined;
}

type SerializedNode = Static<typeof Serialized>["nodes"][number];

function readNode(raw: RawGraph, { key, attributes = {} }: SerializedNode): void {
  assertKey(key);
  if (raw.hasNode(key)) throw new DuplicateNodeError(key);
  const schema = nodeSchema(attributes);
  // JSON has no undefined: an unknown schema of an operation may have vanished on the way.
  const value = schema === OperationNodeAttrs
    ? { inputSchema: undefined, outputSchema: undefined, ...attributes }
    : attributes;
  if (schema) expect(schema, value, `node ${key}`);
  raw.addNode(key, { ...attributes });
}

function readEdge(raw: RawGraph, edge: Static<typeof Serialized>["edges"][number]): void {
  const { source, target, attributes } = edge;
  for (const end of [source, target]) if (!raw.hasNode(end)) throw new NodeNotFoundError(end);
  if (raw.hasEdge(source, target)) throw new DuplicateEdgeError(source, target);
  if (source === target) {
    throw new FlowGraphError(`Cannot read edge ${source} -> ${target}: it is a self-loop`);
  }
  if (attributes.edgeType === "typed") {
    expect(OperationEdgeAttrs, attributes, `edge ${source} -> ${target}`);
  }
  raw.addEdgeWithKey(`${source}->${target}`, source, target, { ...attributes });
}

/**
 * Fills an empty graph with serialised data, and returns the data's own attributes.
 *
 * @throws {FlowGraphError} if options, attributes or edges are not those of such a graph.
 */
export function readGraph(raw: RawGraph, data: unknown): Record<string, unknown> {
  if (!Value.Check(Serialized, data)) {
    expect(Serialized, data, "graph");
    throw new FlowGraphError("Cannot read graph: it is not valid");
  }
  for (const node of data.nodes) readNode(raw, node);
  for (const edge of data.edges) readEdge(raw, edge);
  return data.attributes ?? {};
}
