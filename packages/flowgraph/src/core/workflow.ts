/**
 * The core: state and event in, state and commands out. No clock, no randomness, no I/O, no signals.
 *
 * @module
 */
import { TemplateError } from "../graph/errors.ts";
import type { Identity } from "../schema/call.ts";
import type { CompiledTemplate } from "../template/model.ts";
import { applyEvent } from "./events.ts";
import { writeNodes } from "./node_layers.ts";
import { invokeCommand } from "./propagate.ts";
import { createRun, inOrder, type Run } from "./run.ts";
import { inputOf } from "./scope.ts";
import {
  type FailurePolicy,
  IDLE,
  isTime,
  type NodeState,
  type WorkflowCommand,
  type WorkflowEvent,
  type WorkflowState,
} from "./state.ts";
import { rebuild } from "./structure.ts";
import { requestOf, retryKey } from "./transitions.ts";

/** How a workflow is set up. */
export interface WorkflowInit {
  /** Request id of the workflow itself. */
  readonly id: string;
  /** Default: "workflow". */
  readonly name?: string;
  readonly parentRequestId?: string;
  readonly identity?: Identity;
  /** When the workflow is aborted, in milliseconds since the epoch. */
  readonly deadline?: number;
  /** Default: "abort-dependents". */
  readonly failurePolicy?: FailurePolicy;
  /** How many operations run at once. Default: all. */
  readonly maxConcurrency?: number;
}

/** A step: where the workflow stands now and what the host has to do. */
export interface WorkflowStep {
  readonly state: WorkflowState;
  readonly commands: WorkflowCommand[];
}

/**
 * The state of a workflow that has not begun.
 *
 * @throws {RangeError} if the id is empty, a limit is not a whole number above 0, or the deadline is
 * no time.
 */
export function initWorkflow(compiled: CompiledTemplate, init: WorkflowInit): WorkflowState {
  const { id, name = "workflow", failurePolicy = "abort-dependents", maxConcurrency } = init;
  if (id === "") throw new RangeError("Cannot start workflow: its id is empty");
  if (maxConcurrency !== undefined && !(Number.isInteger(maxConcurrency) && maxConcurrency > 0)) {
    throw new RangeError(`Cannot start workflow ${id}: maxConcurrency is ${maxConcurrency}`);
  }
  if (init.deadline !== undefined && !isTime(init.deadline)) {
    throw new RangeError(`Cannot start workflow ${id}: deadline is ${init.deadline}`);
  }
  const nodes = Object.fromEntries(compiled.scope.nodes.map((node) => [node.id, IDLE]));
  return {
    version: 1,
    id,
    name,
    templateHash: compiled.hash,
    nodeHashes: compiled.nodeHashes,
    status: "idle",
    failurePolicy,
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(init.parentRequestId !== undefined && { parentRequestId: init.parentRequestId }),
    ...(init.identity !== undefined && { identity: init.identity }),
    ...(init.deadline !== undefined && { deadline: init.deadline }),
    at: 0,
    nextReady: 0,
    nodes,
    layers: [],
  };
}

function refuseOther(compiled: CompiledTemplate, state: WorkflowState): void {
  if (state.templateHash === compiled.hash) return;
  const hashes = compiled.nodeHashes;
  const differing = hashes.findIndex((hash, i) => hash !== state.nodeHashes[i]);
  const index = differing < 0 ? hashes.length : differing;
  const id = compiled.scope.nodes[index]?.id ?? Object.keys(state.nodes)[index] ?? "template";
  throw new TemplateError([{
    type: "graph",
    category: "invalid-props",
    message: `${id}: differs from the template that workflow ${state.id} was started with`,
    nodes: [id],
  }]);
}

/**
 * Runs by the state that they stand at. Only a cache: a run can be made from the state at any time,
 * and a state that was stepped from already, or came from elsewhere, simply has none.
 */
const runs = new WeakMap<WorkflowState, Run>();

/**
 * The run that stands at a state.
 *
 * @throws {TemplateError} if the state belongs to another template.
 */
export function runAt(compiled: CompiledTemplate, state: WorkflowState): Run {
  const known = runs.get(state);
  if (known?.compiled === compiled) return known;
  refuseOther(compiled, state);
  const run = createRun(compiled, state);
  rebuild(run);
  runs.set(state, run);
  return run;
}

/** Writes what changed into a new state, and lets the run stand there. */
function commit(run: Run, before: WorkflowState): WorkflowState {
  const changed: Record<string, NodeState> = {};
  for (const node of run.dirty) changed[node.id] = node.state;
  const size = { count: run.dirty.size, total: run.nodes.size };
  const state = { ...run.head, ...writeNodes(before, changed, size) };
  run.dirty.clear();
  run.head = state;
  return state;
}

/** What a step led to, and which nodes it touched. */
export interface TracedStep extends WorkflowStep {
  readonly changed: readonly string[];
}

/** As `stepWorkflow`, for one event; tells the touched nodes as well. */
export function traceStep(
  compiled: CompiledTemplate,
  state: WorkflowState,
  event: WorkflowEvent,
): TracedStep {
  return moveRun(compiled, state, (run) => applyEvent(run, event));
}

/** Lets `move` change the run at a state; the state stays as it is. */
export function moveRun(
  compiled: CompiledTemplate,
  state: WorkflowState,
  move: (run: Run) => boolean,
): TracedStep {
  const run = runAt(compiled, state);
  // Taken out first: if a step throws, the run is of no use to anybody.
  runs.delete(state);
  run.commands = [];
  if (!move(run)) {
    runs.set(state, run);
    return { state, commands: [], changed: [] };
  }
  const changed = [...run.dirty].map(({ id }) => id);
  const next = commit(run, state);
  runs.set(next, run);
  return { state: next, commands: run.commands, changed };
}

/**
 * Moves a workflow by one event or by several, one after the other. Neither argument is changed; an
 * event about nothing that is open returns the same state.
 *
 * @example A host in four lines
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { h, Operation, Sequential } from "@alkdev/flowgraph/component";
 * import { compileTemplate } from "@alkdev/flowgraph/host";
 * import { initWorkflow, stepWorkflow } from "@alkdev/flowgraph/reactive";
 *
 * const compiled = compileTemplate(h(Sequential, {}, h(Operation, { name: "math.double" })));
 * const idle = initWorkflow(compiled, { id: "w" });
 * const { state, commands } = stepWorkflow(compiled, idle, { type: "start", input: 21, at: 0 });
 * deepStrictEqual(commands.map(({ type }) => type), ["invoke"]);
 * const end = stepWorkflow(compiled, state, {
 *   type: "node.succeeded", requestId: "w/math.double/1", output: 42, at: 1,
 * });
 * deepStrictEqual(end.commands, [{
 *   type: "settled",
 *   result: { status: "completed", output: 42, results: { "math.double": 42 }, errors: [] },
 * }]);
 * ```
 *
 * @throws {TemplateError} if the state belongs to another template; it names a node that differs.
 */
export function stepWorkflow(
  compiled: CompiledTemplate,
  state: WorkflowState,
  event: WorkflowEvent | readonly WorkflowEvent[],
): WorkflowStep {
  const events = isList(event) ? event : [event];
  const commands: WorkflowCommand[] = [];
  let next = state;
  for (const one of events) {
    const step = traceStep(compiled, next, one);
    next = step.state;
    for (const command of step.commands) commands.push(command);
  }
  return { state: next, commands };
}

function isList(
  event: WorkflowEvent | readonly WorkflowEvent[],
): event is readonly WorkflowEvent[] {
  return Array.isArray(event);
}

/**
 * What is outstanding: calls that were not answered and timers that have not fired. A host that
 * restarts carries these out again.
 *
 * @throws {TemplateError} if the state belongs to another template.
 */
export function pendingCommands(
  compiled: CompiledTemplate,
  state: WorkflowState,
): WorkflowCommand[] {
  const run = runAt(compiled, state);
  if (state.status !== "running") return [];
  const commands: WorkflowCommand[] = [];
  if (state.deadline !== undefined && !state.abort) {
    commands.push({ type: "schedule", key: "deadline", at: state.deadline });
  }
  for (const node of inOrder(run.root)) {
    const { status, retryAt, timeoutAt } = node.state;
    if (status === "running") commands.push(invokeCommand(run, node, inputOf(run, node)));
    if (retryAt !== undefined) {
      commands.push({ type: "schedule", key: retryKey(node), at: retryAt });
    }
    if (timeoutAt !== undefined) {
      commands.push({ type: "schedule", key: `timeout:${requestOf(node)}`, at: timeoutAt });
    }
  }
  return commands;
}
