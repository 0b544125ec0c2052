/**
 * Workflows: the pure core, and signals over it.
 *
 * @module
 */
export {
  initWorkflow,
  pendingCommands,
  stepWorkflow,
  type WorkflowInit,
  type WorkflowStep,
} from "../core/workflow.ts";
export { toCallEvents } from "../core/call_events.ts";
export { templateHash } from "../template/template_hash.ts";
export { nodeStates } from "../core/node_layers.ts";
export type {
  FailurePolicy,
  NodeLayer,
  NodeState,
  NodeStatus,
  WorkflowCommand,
  WorkflowEvent,
  WorkflowResult,
  WorkflowState,
  WorkflowStatus,
} from "../core/state.ts";
export type { ResumeOptions } from "../core/resume.ts";
export {
  computeBlockedByFailure,
  computePreconditions,
  registerStartEffect,
} from "./conditions.ts";
export { createWorkflowNodes, type WorkflowNode } from "./workflow_node.ts";
export type { Clock } from "./clock.ts";
export type { Invocation, Invoke, InvokeContext } from "./calls.ts";
export type { WorkflowProgress } from "./node_board.ts";
export { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
export type { WorkflowOptions, WorkflowSnapshot, WorkflowUpdate } from "./workflow_options.ts";
