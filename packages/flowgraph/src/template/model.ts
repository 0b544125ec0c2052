/**
 * A compiled template: nodes in depth-first order, and the blocks that hold them.
 *
 * @module
 */
import type { ItemFunction } from "../component/element.ts";
import type { FlowGraph } from "../graph/flow_graph.ts";
import type { Scope } from "../component/props.ts";

/** Where a reference starts. `up` counts the scopes to leave. */
export type Reference =
  | { readonly head: "input" | "output" | "index" }
  | { readonly head: "item"; readonly up: number }
  | { readonly head: "node"; readonly up: number; readonly index: number };

/** How an input is made. */
export type InputPlan =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "reference"; readonly from: Reference; readonly path: readonly string[] }
  | { readonly kind: "array"; readonly items: readonly InputPlan[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, InputPlan])[] }
  | { readonly kind: "function"; readonly call: (scope: Scope) => unknown };

/** What a node of a template does. */
export type NodeKind = "operation" | "fork" | "join" | "branch" | "map";

/** Attributes of a node in the graph of a template. */
export interface TemplateNodeAttrs {
  kind: NodeKind;
  /** The operation to call. */
  name?: string;
  props: Record<string, unknown>;
  /** Place in the tree: child positions from the root, which is 0. */
  path: number[];
  /** Id of the innermost fork, branch or map that holds the node. */
  group?: string;
}

/** Attributes of an edge in the graph of a template. */
export interface TemplateEdgeAttrs {
  edgeType: "depends_on";
  /** Which way of a conditional begins here. */
  branch?: "then" | "else";
}

/** What one element of the tree became. Its nodes are `start` up to, not including, `end`. */
export interface Block {
  readonly kind: "operation" | "sequential" | "parallel" | "conditional" | "map";
  readonly parent?: Block;
  readonly props: Readonly<Record<string, unknown>>;
  readonly path: readonly number[];
  readonly children: Block[];
  readonly start: number;
  end: number;
  /** Indices of the first and the last node of the flow through this block. */
  entry: number;
  exit: number;
}

/** One node. Indices are places in the `nodes` of its scope. */
export interface TemplateNode {
  readonly index: number;
  id: string;
  readonly kind: NodeKind;
  readonly block: Block;
  readonly predecessors: number[];
  readonly successors: number[];
  /** The node whose output comes in; undefined where the scope's own input does. */
  incoming: number | undefined;
  /** Input of an operation, collection of a map. */
  input: InputPlan | undefined;
  /** What a map repeats. */
  body: TemplateScope | ItemFunction | undefined;
}

/** The template itself, or the body of a map: what is instantiated as a whole. */
export interface TemplateScope {
  readonly nodes: readonly TemplateNode[];
  readonly root: Block;
  /** Id → index of the node whose output is meant: of a block, its last. */
  readonly names: ReadonlyMap<string, number>;
  /** Ids under which outputs are listed: those of operations and those given by the author. */
  readonly listed: ReadonlyMap<string, number>;
  /** Of a body: the scope around it, and the map in that. */
  readonly outer?: { readonly scope: TemplateScope; readonly map: TemplateNode };
}

/** A validated template. */
export interface CompiledTemplate {
  /** The nodes and what depends on what; maps are not expanded. */
  readonly graph: FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs>;
  /** Id of the one node without predecessors. */
  readonly entry: string;
  /** Id of the one node without successors. */
  readonly exit: string;
  /** Digest of ids, kinds, properties and edges. */
  readonly hash: string;
  /** Digest of each node, in template order. */
  readonly nodeHashes: readonly string[];
  readonly scope: TemplateScope;
}

/** Name of the item's variable in a map. */
export function itemName(map: Block): string {
  return typeof map.props.as === "string" ? map.props.as : "item";
}
