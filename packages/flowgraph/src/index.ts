/**
 * Graphs over operations and their calls, and workflows.
 *
 * - `FlowGraph.fromSpecs` tells which operation's output fits which one's input;
 * - `FlowGraph.fromCallEvents` records what was called by whom and how it ended;
 * - components describe a workflow, `compileTemplate` checks it, and `WorkflowReactiveRoot` runs it
 *   against any function that calls operations;
 * - `initWorkflow` and `stepWorkflow` are the pure machine underneath, for a host that stores every
 *   event;
 * - `toMermaid` and `toDot` draw any of these graphs.
 *
 * @module
 */
export {
  CallEdgeAttrs,
  CallErrorInfo,
  CallEventMapValue,
  CallNodeAttrs,
  CallStatus,
  EdgeType,
  type FlatCallEvent,
  Identity,
  OperationEdgeAttrs,
  OperationNodeAttrs,
  OperationType,
  parseCallEvent,
  type ParsedCallEvent,
} from "./schema/index.ts";
export {
  type AbortPolicy,
  type AnyCallEvent,
  type CallGraphOptions,
  type CallPatch,
  CycleError,
  type DotOptions,
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraph,
  FlowGraphError,
  type GraphIssue,
  InvalidTransitionError,
  isTerminalStatus,
  isValidTransition,
  type MermaidOptions,
  NodeNotFoundError,
  type OperationGraphEdge,
  type OperationGraphOptions,
  type OperationSpec,
  type RenderOptions,
  type SerializedFlowGraph,
  TemplateError,
  toDot,
  toMermaid,
} from "./graph/index.ts";
export {
  buildTypeEdges,
  topologicalOrder,
  typeCompat,
  type TypeCompatResult,
  type TypeEdge,
  validateGraph,
  validateTemplate,
  type ValidateTemplateOptions,
} from "./analysis/index.ts";
export {
  type Component,
  Conditional,
  type ConditionalProps,
  Fragment,
  h,
  type Input,
  isElement,
  type ItemFunction,
  Map,
  type MapProps,
  Operation,
  type OperationProps,
  Parallel,
  type ParallelProps,
  type Results,
  type Scope,
  Sequential,
  type SequentialProps,
  type UElement,
  type UNode,
} from "./component/index.ts";
export {
  type CompiledTemplate,
  compileTemplate,
  type GraphologyContainer,
  GraphologyHostConfig,
  type HostInstance,
  type NodeKind,
  type ReactiveContainer,
  ReactiveHostConfig,
  type TemplateEdgeAttrs,
  type TemplateNodeAttrs,
} from "./host/index.ts";
export {
  type Clock,
  computeBlockedByFailure,
  computePreconditions,
  createWorkflowNodes,
  type FailurePolicy,
  initWorkflow,
  type Invocation,
  type Invoke,
  type InvokeContext,
  type NodeLayer,
  type NodeState,
  nodeStates,
  type NodeStatus,
  pendingCommands,
  registerStartEffect,
  type ResumeOptions,
  stepWorkflow,
  templateHash,
  toCallEvents,
  type WorkflowCommand,
  type WorkflowEvent,
  type WorkflowInit,
  type WorkflowNode,
  type WorkflowOptions,
  type WorkflowProgress,
  WorkflowReactiveRoot,
  type WorkflowResult,
  type WorkflowSnapshot,
  type WorkflowState,
  type WorkflowStatus,
  type WorkflowStep,
  type WorkflowUpdate,
} from "./reactive/index.ts";
export { type JSX, jsx, jsxs } from "./jsx-runtime.ts";
export { jsxDEV } from "./jsx-dev-runtime.ts";
