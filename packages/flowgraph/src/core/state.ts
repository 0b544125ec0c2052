/**
 * What a workflow's execution consists of: its state, the events that move it, and the commands that
 * the host carries out. All of it is plain JSON.
 *
 * @module
 */
import type { CallErrorInfo, Identity } from "../schema/call.ts";

/** Where a node stands. */
export type NodeStatus =
  | "idle"
  | "waiting"
  | "ready"
  | "running"
  | "completed"
  | "failed"
  | "aborted"
  | "skipped";

/** Where a workflow stands. */
export type WorkflowStatus = "idle" | "running" | "completed" | "failed" | "aborted";

/** State of one node. Times are milliseconds since the epoch. */
export interface NodeState {
  readonly status: NodeStatus;
  /** How many times it has run. */
  readonly attempt: number;
  /** One per attempt. */
  readonly requestIds: readonly string[];
  readonly output?: unknown;
  readonly error?: CallErrorInfo;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Place in the line of nodes that are ready to run. */
  readonly readyNumber?: number;
  /** Open timer of a delayed repetition. */
  readonly retryAt?: number;
  /** Open timer of the running attempt. */
  readonly timeoutAt?: number;
  /** Way that a conditional took. */
  readonly branch?: "then" | "else";
  /** Items that a map was expanded to. */
  readonly items?: readonly unknown[];
  /** Attempts that do not count against `retries`, since the node was reset after them. */
  readonly forgiven?: number;
}

/** What happens to running nodes when something fails or is aborted. */
export type FailurePolicy = "abort-dependents" | "continue-running";

/** States of some nodes that changed since `nodes` was last written; later layers win. */
export interface NodeLayer {
  readonly count: number;
  readonly nodes: Readonly<Record<string, NodeState>>;
}

/** The whole state of one execution. The template is not in it. */
export interface WorkflowState {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly templateHash: string;
  /** Of each node of the template, in order; tells which one differs. */
  readonly nodeHashes: readonly string[];
  readonly status: WorkflowStatus;
  readonly failurePolicy: FailurePolicy;
  readonly maxConcurrency?: number;
  readonly parentRequestId?: string;
  readonly identity?: Identity;
  readonly deadline?: number;
  readonly input?: unknown;
  /** Time of the last event. */
  readonly at: number;
  readonly nextReady: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Set once the workflow was aborted from outside. */
  readonly abort?: { readonly code: string; readonly message: string };
  /** Set once a single node was. */
  readonly nodeAborted?: true;
  /** By node id. Read through `nodeStates`: in a large workflow `layers` hold what is newer. */
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly layers: readonly NodeLayer[];
}

/** What happened. `at` is milliseconds since the epoch. */
export type WorkflowEvent =
  | { readonly type: "start"; readonly input?: unknown; readonly at: number }
  | {
    readonly type: "node.succeeded";
    readonly requestId: string;
    readonly output: unknown;
    readonly at: number;
  }
  | {
    readonly type: "node.failed";
    readonly requestId: string;
    readonly error: CallErrorInfo;
    readonly at: number;
  }
  | { readonly type: "timer.fired"; readonly key: string; readonly at: number }
  | {
    readonly type: "abort";
    readonly at: number;
    readonly code?: string;
    readonly reason?: string;
  }
  | {
    readonly type: "abortNode";
    readonly nodeId: string;
    readonly at: number;
    readonly reason?: string;
  };

/** What a workflow came to. */
export interface WorkflowResult {
  readonly status: "completed" | "failed" | "aborted";
  readonly output: unknown;
  /** Outputs by node id: of operations, and of blocks that the author named. */
  readonly results: Record<string, unknown>;
  /** Of every node that failed or was aborted, in template order. */
  readonly errors: { nodeId: string; error: CallErrorInfo }[];
}

/** What the host has to do. A repeated command, known by its request id or key, is the same one. */
export type WorkflowCommand =
  | {
    readonly type: "invoke";
    readonly requestId: string;
    readonly operationId: string;
    readonly input: unknown;
    readonly nodeId: string;
    readonly attempt: number;
    readonly parentRequestId: string;
    readonly deadline?: number;
    readonly identity?: Identity;
  }
  | { readonly type: "cancel"; readonly requestId: string; readonly reason: string }
  | { readonly type: "schedule"; readonly key: string; readonly at: number }
  | { readonly type: "unschedule"; readonly key: string }
  | { readonly type: "settled"; readonly result: WorkflowResult };

/** A node that has not been looked at. */
export const IDLE: NodeState = { status: "idle", attempt: 0, requestIds: [] };

/** Whether a number is a time in milliseconds since the epoch, as far as dates go. */
export function isTime(at: number): boolean {
  return Math.abs(at) <= 8.64e15;
}

/** Whether nothing follows this status. */
export function isSettledStatus(status: NodeStatus | WorkflowStatus): boolean {
  return status === "completed" || status === "failed" || status === "aborted" ||
    status === "skipped";
}
