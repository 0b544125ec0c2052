/**
 * What goes into a running workflow, and what it hands out.
 *
 * @module
 */
import type { FailurePolicy, WorkflowState } from "../core/state.ts";
import type { FlowGraph } from "../graph/flow_graph.ts";
import type { SerializedFlowGraph } from "../graph/serialized.ts";
import type { CallEdgeAttrs, CallNodeAttrs, Identity } from "../schema/call.ts";
import type { CallEventMapValue } from "../schema/event.ts";
import type { Invoke } from "./calls.ts";
import type { Clock } from "./clock.ts";

/** How a workflow is run. */
export interface WorkflowOptions {
  /** Calls an operation. */
  readonly invoke: Invoke;
  /** If given, the template is validated against it before anything runs. */
  readonly operationGraph?: FlowGraph;
  /** Request id of the workflow. Default: random. */
  readonly id?: string;
  /** Default: "workflow". */
  readonly name?: string;
  readonly parentRequestId?: string;
  readonly identity?: Identity;
  /** When it is aborted, in milliseconds since the epoch. */
  readonly deadline?: number;
  /** Default: "abort-dependents". */
  readonly failurePolicy?: FailurePolicy;
  /** How many operations run at once. Default: all. */
  readonly maxConcurrency?: number;
  readonly clock?: Clock;
}

/** Everything that `resume` needs; safe to be stored as JSON. */
export interface WorkflowSnapshot {
  readonly state: WorkflowState;
  readonly callGraph: SerializedFlowGraph<CallNodeAttrs, CallEdgeAttrs>;
}

/** What a listener hears after each step. */
export interface WorkflowUpdate {
  /** To be stored by a host that wants to go on elsewhere. */
  readonly state: WorkflowState;
  readonly events: readonly CallEventMapValue[];
  /** Ids of the nodes that changed. */
  readonly changed: readonly string[];
}
