/**
 * The rules of readiness as signals, for programs that drive nodes themselves.
 *
 * @module
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals-core";
import type { WorkflowNode } from "./workflow_node.ts";

type Nodes = ReadonlyMap<string, WorkflowNode>;

function lets(node: WorkflowNode, { joinsBranch }: WorkflowNode): boolean {
  const status = node.status.value;
  return status === "completed" || status === "failed" && node.optional ||
    status === "skipped" && joinsBranch;
}

/** Whether all predecessors let a node go. */
export function computePreconditions(node: WorkflowNode, nodes: Nodes): ReadonlySignal<boolean> {
  return computed(() =>
    node.predecessors.every((id) => {
      const before = nodes.get(id);
      return before !== undefined && lets(before, node);
    })
  );
}

/** Whether something before a node failed or was aborted, however far before. */
export function computeBlockedByFailure(node: WorkflowNode, nodes: Nodes): ReadonlySignal<boolean> {
  return computed(() => {
    const seen = new Set<string>(), stack = [...node.predecessors];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const before = nodes.get(id);
      if (before === undefined || seen.has(id)) continue;
      seen.add(id);
      const status = before.status.value;
      if (status === "aborted" || status === "failed" && !before.optional) return true;
      // What is through has nothing unfinished before it.
      if (status === "completed" || status === "failed" || status === "skipped") continue;
      stack.push(...before.predecessors);
    }
    return false;
  });
}

/**
 * Keeps the status of a node that has not begun in step with what is before it: blocked → aborted,
 * all through → ready. Returns what stops it.
 */
export function registerStartEffect(
  node: WorkflowNode,
  { nodes }: { readonly nodes: Nodes },
): () => void {
  const preconditions = computePreconditions(node, nodes);
  const blocked = computeBlockedByFailure(node, nodes);
  return effect(() => {
    const isBlocked = blocked.value, mayStart = preconditions.value;
    const status = node.status.peek();
    if (isBlocked && (status === "idle" || status === "waiting" || status === "ready")) {
      node.status.value = "aborted";
    } else if (mayStart && (status === "idle" || status === "waiting")) {
      node.status.value = "ready";
    }
  });
}
