/**
 * Keeps the call graph of one workflow.
 *
 * @module
 */
import { toCallEvents } from "../core/call_events.ts";
import { predecessorsOf, type Run, type RunNode } from "../core/run.ts";
import type { WorkflowCommand, WorkflowEvent, WorkflowState } from "../core/state.ts";
import type { FlowGraph } from "../graph/flow_graph.ts";
import type { CallEdgeAttrs, CallNodeAttrs } from "../schema/call.ts";
import type { CallEventMapValue } from "../schema/event.ts";

/** The graph of calls. */
export type CallGraph = FlowGraph<CallNodeAttrs, CallEdgeAttrs>;

/**
 * How many dependencies of one call are drawn at most. After a map over thousands of items every item
 * of the next map would otherwise depend on each of them.
 */
const MAX_DEPENDENCIES = 100;

/** What came before a node; of a conditional's join, the end of the way that was taken. */
function cameBefore(node: RunNode): Iterable<RunNode> {
  if (node.template.kind !== "join" || node.template.block.kind !== "conditional") {
    return predecessorsOf(node);
  }
  const taken = [...predecessorsOf(node)].filter(({ state }) => state.status !== "skipped");
  // No way ends in a branch, so a branch here is the conditional's own: the way around.
  const ends = taken.filter(({ template }) => template.kind !== "branch");
  return ends.length > 0 ? ends : taken;
}

/** The last calls of the operations before a node, seen through the nodes that make no calls. */
function callsBefore(node: RunNode): string[] {
  const calls: string[] = [], seen = new Set<RunNode>(), stack = [node];
  for (let at = stack.pop(); at && calls.length < MAX_DEPENDENCIES; at = stack.pop()) {
    for (const previous of cameBefore(at)) {
      if (calls.length === MAX_DEPENDENCIES) break;
      if (seen.has(previous)) continue;
      seen.add(previous);
      if (previous.template.kind !== "operation") stack.push(previous);
      else calls.push(...previous.state.requestIds.slice(-1));
    }
  }
  return calls;
}

interface Step {
  readonly before: WorkflowState;
  readonly event: WorkflowEvent;
  readonly commands: readonly WorkflowCommand[];
}

/** Writes a step into the call graph; returns the call events that it amounts to. */
export function recordStep(graph: CallGraph, run: Run, step: Step): CallEventMapValue[] {
  const events = toCallEvents(step.before, step.event, step.commands);
  for (const event of events) graph.updateFromEvent(event);
  for (const command of step.commands) {
    if (command.type === "invoke") recordCall(graph, run, command);
  }
  return events;
}

function recordCall(
  graph: CallGraph,
  run: Run,
  { requestId, nodeId, attempt }: Extract<WorkflowCommand, { type: "invoke" }>,
): void {
  // Fields that no event carries; the call itself has just been folded.
  graph.raw.mergeNodeAttributes(requestId, { nodeId, attempt });
  const node = run.nodes.get(nodeId);
  for (const before of node ? callsBefore(node) : []) {
    if (graph.hasNode(before)) graph.addDependency(before, requestId);
  }
}
