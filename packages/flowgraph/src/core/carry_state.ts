/**
 * From a running template to a changed one.
 *
 * @module
 */
import { comparable } from "../template/template_hash.ts";
import { canonicalJson } from "../canonical_json.ts";
import type { CompiledTemplate, TemplateNode } from "../template/model.ts";
import { nodeStates } from "./node_layers.ts";
import { isSettledStatus, type NodeState, type WorkflowState } from "./state.ts";

function isSame(a: TemplateNode, b: TemplateNode): boolean {
  const text = ({ kind, block }: TemplateNode) => canonicalJson([kind, comparable(block.props)]);
  return text(a) === text(b);
}

/** The template node of an item's node is that of its map: `m[0]/x` belongs to `m`. */
function ownerOf(id: string): string {
  const end = /\[\d+\]\//.exec(id);
  return end ? id.slice(0, end.index) : id;
}

/** A state for the changed template, and the requests of nodes that are no more. */
export interface CarriedState {
  readonly state: WorkflowState;
  readonly removed: readonly string[];
}

/**
 * Lets a workflow go on under another template: nodes of the same id, kind and properties keep their
 * state; the calls of running nodes that went away are to be cancelled; new nodes wait.
 */
export function carryState(
  from: CompiledTemplate,
  to: CompiledTemplate,
  state: WorkflowState,
): CarriedState {
  const old = new Map(from.scope.nodes.map((node) => [node.id, node]));
  const kept = new Set<string>();
  const nodes: Record<string, NodeState> = {};
  const status = state.status === "idle" ? "idle" : "waiting";
  for (const node of to.scope.nodes) {
    const before = old.get(node.id);
    if (before && isSame(before, node)) kept.add(node.id);
    nodes[node.id] = { status, attempt: 0, requestIds: [] };
  }
  const removed: string[] = [];
  for (const [id, known] of Object.entries(nodeStates(state))) {
    const requestId = known.requestIds.at(-1);
    if (kept.has(ownerOf(id))) nodes[id] = rewind(known, id, to);
    else if (known.status === "running" && requestId !== undefined) removed.push(requestId);
  }
  const { hash: templateHash, nodeHashes } = to;
  return { state: { ...state, templateHash, nodeHashes, nodes, layers: [] }, removed };
}

/** A join is through only as long as what it joins is; it is looked at again. */
function rewind(known: NodeState, id: string, { scope }: CompiledTemplate): NodeState {
  const isJoin = scope.nodes[scope.names.get(id) ?? -1]?.kind === "join" && id.startsWith("join:");
  return isJoin && isSettledStatus(known.status) && known.status !== "skipped"
    ? { status: "waiting", attempt: 0, requestIds: [] }
    : known;
}
