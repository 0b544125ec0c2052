/**
 * Node states in layers. Copying one record of a hundred thousand nodes at every event would make a
 * workflow quadratic; a new layer costs as much as the nodes it holds, and layers of like size are
 * merged, so that a state is copied a logarithmic number of times.
 *
 * @module
 */
import type { NodeLayer, NodeState, WorkflowState } from "./state.ts";

type Layers = Pick<WorkflowState, "nodes" | "layers">;

/** Up to this many nodes `nodes` is always the whole truth. */
const FLAT_LIMIT = 128;

/** The state of one node. */
export function readNode({ nodes, layers }: Layers, id: string): NodeState | undefined {
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer && Object.hasOwn(layer.nodes, id)) return layer.nodes[id];
  }
  return Object.hasOwn(nodes, id) ? nodes[id] : undefined;
}

/** The states of all nodes by id. */
export function nodeStates({ nodes, layers }: Layers): Record<string, NodeState> {
  return Object.assign({}, nodes, ...layers.map((layer) => layer.nodes));
}

function merge(below: NodeLayer, above: NodeLayer): NodeLayer {
  // The sum counts a node twice if both hold it; it only decides when to merge.
  return { count: below.count + above.count, nodes: { ...below.nodes, ...above.nodes } };
}

/** Adds changed nodes; `total` is how many nodes there are. */
export function writeNodes(
  { nodes, layers }: Layers,
  changed: Record<string, NodeState>,
  { count, total }: { count: number; total: number },
): Layers {
  if (total <= FLAT_LIMIT && layers.length === 0) {
    return { nodes: { ...nodes, ...changed }, layers };
  }
  let top: NodeLayer = { count, nodes: changed };
  const kept = [...layers];
  for (let below = kept.at(-1); below && below.count <= top.count * 2; below = kept.at(-1)) {
    top = merge(below, top);
    kept.pop();
  }
  if (kept.length > 0 || top.count * 2 < total) return { nodes, layers: [...kept, top] };
  return { nodes: { ...nodes, ...top.nodes }, layers: [] };
}
