/**
 * A node as signals.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals-core";
import { IDLE, type NodeState, type NodeStatus } from "../core/state.ts";
import { isOptional, predecessorsOf, type RunNode } from "../core/run.ts";
import type { CallErrorInfo } from "../schema/call.ts";
import type { CompiledTemplate, NodeKind } from "../template/model.ts";

/** One node of a workflow, to be watched. */
export interface WorkflowNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** The operation that it calls. */
  readonly name?: string;
  /** Whether it may fail without harm. */
  readonly optional: boolean;
  /** Whether it joins the ways of a conditional, of which one is skipped. */
  readonly joinsBranch: boolean;
  /** Ids of the nodes that it waits for; of a map's join they grow with the items. */
  predecessors: readonly string[];
  readonly status: Signal<NodeStatus>;
  readonly output: Signal<unknown>;
  readonly error: Signal<CallErrorInfo | undefined>;
  /** How many times it has run. */
  readonly attempt: Signal<number>;
  /** One per attempt. */
  requestIds: string[];
  startedAt: number | undefined;
  endedAt: number | undefined;
}

type Description = Pick<
  WorkflowNode,
  "id" | "kind" | "name" | "optional" | "joinsBranch" | "predecessors"
>;

function createNode(description: Description): WorkflowNode {
  return {
    ...description,
    status: signal<NodeStatus>(IDLE.status),
    output: signal<unknown>(undefined),
    error: signal<CallErrorInfo | undefined>(undefined),
    attempt: signal(0),
    requestIds: [],
    startedAt: undefined,
    endedAt: undefined,
  };
}

/** The signals of a node of a run. */
export function watchNode(node: RunNode): WorkflowNode {
  const { kind, block } = node.template;
  return createNode({
    id: node.id,
    kind,
    ...(kind === "operation" && { name: String(block.props.name) }),
    optional: isOptional(node),
    joinsBranch: kind === "join" && block.kind === "conditional",
    predecessors: [...predecessorsOf(node)].map(({ id }) => id),
  });
}

/** The nodes of a template, all idle, for a program that drives them itself. */
export function createWorkflowNodes({ scope }: CompiledTemplate): Map<string, WorkflowNode> {
  return new Map(scope.nodes.map(({ id, kind, block, predecessors }) => [
    id,
    createNode({
      id,
      kind,
      ...(kind === "operation" && { name: String(block.props.name) }),
      optional: kind === "operation" && block.props.optional === true,
      joinsBranch: kind === "join" && block.kind === "conditional",
      predecessors: predecessors.flatMap((index) => scope.nodes[index]?.id ?? []),
    }),
  ]));
}

/** Writes a state into the signals of its node; to be called inside a batch. */
export function showState(node: WorkflowNode, state: NodeState): void {
  node.requestIds = [...state.requestIds];
  node.startedAt = state.startedAt;
  node.endedAt = state.endedAt;
  node.attempt.value = state.attempt;
  node.output.value = state.output;
  node.error.value = state.error;
  node.status.value = state.status;
}
