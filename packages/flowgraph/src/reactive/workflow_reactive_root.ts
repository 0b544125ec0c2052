/**
 * A workflow that runs: signals over the core.
 *
 * @module
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { validateTemplate } from "../analysis/validate_template.ts";
import type { UElement } from "../component/element.ts";
import { resultOf } from "../core/propagate.ts";
import { carryState } from "../core/carry_state.ts";
import { planResume, type ResumeOptions, settleAgain } from "../core/resume.ts";
import { allResults } from "../core/scope.ts";
import type {
  WorkflowCommand,
  WorkflowEvent,
  WorkflowResult,
  WorkflowState,
  WorkflowStatus,
} from "../core/state.ts";
import { isSettledStatus } from "../core/state.ts";
import { initWorkflow, runAt, type TracedStep, traceStep } from "../core/workflow.ts";
import { FlowGraphError, NodeNotFoundError, TemplateError } from "../graph/errors.ts";
import { FlowGraph } from "../graph/flow_graph.ts";
import type { CallEdgeAttrs, CallNodeAttrs } from "../schema/call.ts";
import type { CallEventMapValue } from "../schema/event.ts";
import { compileTemplate, isCompiledTemplate } from "../template/compile_template.ts";
import type { CompiledTemplate, TemplateEdgeAttrs, TemplateNodeAttrs } from "../template/model.ts";
import { bindClock, type Clock, systemClock } from "./clock.ts";
import { expandedGraph } from "./expanded_graph.ts";
import { NodeBoard, type WorkflowProgress } from "./node_board.ts";
import { Performer } from "./performer.ts";
import { type CallGraph, recordStep } from "./recorder.ts";
import { deferred } from "./deferred.ts";
import type { WorkflowNode } from "./workflow_node.ts";
import type { WorkflowOptions, WorkflowSnapshot, WorkflowUpdate } from "./workflow_options.ts";

/**
 * Runs a template: turns answers and timers into events, lets the core decide, carries out its
 * commands, and shows every step in signals, one batch per step.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { h, Operation, Parallel, Sequential } from "@alkdev/flowgraph/component";
 * import { WorkflowReactiveRoot } from "@alkdev/flowgraph/reactive";
 *
 * const template = h(Sequential, {},
 *   h(Operation, { name: "split" }),
 *   h(Parallel, {}, h(Operation, { name: "left" }), h(Operation, { name: "right" })));
 * const root = new WorkflowReactiveRoot(template, {
 *   invoke: (operation, input) => Promise.resolve(`${operation}(${input})`),
 * });
 * const { status, output } = await root.start("x");
 * deepStrictEqual({ status, output }, {
 *   status: "completed",
 *   output: ["left(split(x))", "right(split(x))"],
 * });
 * ```
 */
export class WorkflowReactiveRoot {
  #compiled: CompiledTemplate;
  readonly #clock: Clock;
  readonly #performer: Performer;
  readonly #board = new NodeBoard();
  readonly #status = signal<WorkflowStatus>("idle");
  readonly #results: ReadonlySignal<Record<string, unknown>>;
  readonly #output: ReadonlySignal<unknown>;
  /** Counts the steps, so that computed signals look at the state again. */
  readonly #steps = signal(0);
  readonly #listeners = new Set<(update: WorkflowUpdate) => void>();
  readonly #queue: WorkflowEvent[] = [];
  readonly #result = deferred<WorkflowResult>();
  #state: WorkflowState;
  #callGraph: CallGraph;
  #graph: { nodes: number; value: FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs> } | undefined;
  #isBusy = false;
  #isStarted = false;
  #isDisposed = false;
  /** Of a resumed workflow: what begins its second life. */
  #goOn: (() => void) | undefined;

  /**
   * @throws {TemplateError} if the template has issues.
   * @throws {RangeError} if a limit is not a whole number above 0.
   */
  constructor(template: UElement | CompiledTemplate, options: WorkflowOptions) {
    const { operationGraph, invoke, ...init } = options;
    const clock = bindClock(options.clock ?? systemClock);
    if (operationGraph) {
      const issues = validateTemplate(template, operationGraph);
      if (issues.length > 0) throw new TemplateError(issues);
    }
    this.#compiled = isCompiledTemplate(template) ? template : compileTemplate(template);
    this.#clock = clock;
    this.#performer = new Performer({ invoke, clock, report: (event) => this.#dispatch(event) });
    this.#callGraph = new FlowGraph({ clock: () => new Date(clock.now()).toISOString() });
    this.#state = initWorkflow(this.#compiled, { ...init, id: init.id ?? crypto.randomUUID() });
    this.#results = computed(() => {
      this.#steps.value;
      return allResults(runAt(this.#compiled, this.#state));
    });
    this.#output = computed(() => {
      this.#steps.value;
      const run = runAt(this.#compiled, this.#state);
      return isSettledStatus(this.#state.status) ? resultOf(run).output : undefined;
    });
    // Whoever awaits start() hears of a disposal; nobody else has to.
    this.#result.promise.catch(() => {});
    this.#show(runAt(this.#compiled, this.#state).nodes.keys());
  }

  /**
   * Takes up a snapshot: completed and skipped nodes stay as they are, running ones begin a new
   * attempt or, with `reattach`, are invoked again under the same request id. It goes on by itself;
   * `start()` gives the promise of its result.
   *
   * @throws {TemplateError} if the snapshot belongs to another template.
   */
  static resume(
    template: UElement | CompiledTemplate,
    snapshot: WorkflowSnapshot,
    options: WorkflowOptions & ResumeOptions,
  ): WorkflowReactiveRoot {
    const { retryFailed, reattach, ...own } = options;
    const { id, name } = snapshot.state;
    const root = new WorkflowReactiveRoot(template, { ...own, id, name });
    root.#adopt(snapshot, {
      ...(retryFailed !== undefined && { retryFailed }),
      ...(reattach !== undefined && { reattach }),
    });
    return root;
  }

  /** Request id of the workflow. */
  get id(): string {
    return this.#state.id;
  }

  /** Where the workflow stands. */
  get status(): ReadonlySignal<WorkflowStatus> {
    return this.#status;
  }

  /** All nodes; those of a map's items join when it is expanded. */
  get nodes(): ReadonlyMap<string, WorkflowNode> {
    return this.#board.nodes;
  }

  /** The nodes and what depends on what; it grows when a map is expanded. */
  get graph(): FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs> {
    const run = runAt(this.#compiled, this.#state);
    if (this.#graph?.nodes !== run.nodes.size) {
      this.#graph = { nodes: run.nodes.size, value: expandedGraph(run) };
    }
    return this.#graph.value;
  }

  /** The record of all calls. */
  get callGraph(): FlowGraph<CallNodeAttrs, CallEdgeAttrs> {
    return this.#callGraph;
  }

  /** Outputs so far, by node id. */
  get results(): ReadonlySignal<Record<string, unknown>> {
    return this.#results;
  }

  /** Output of the workflow, once it is completed. */
  get output(): ReadonlySignal<unknown> {
    return this.#output;
  }

  /** How many operations there are, and where they stand. */
  get progress(): ReadonlySignal<WorkflowProgress> {
    return this.#board.progress;
  }

  /**
   * Runs the workflow. The promise resolves whether it completes, fails or is aborted, and rejects
   * with what a listener or an effect throws.
   *
   * @throws {FlowGraphError} if it was started before.
   */
  start(input?: unknown): Promise<WorkflowResult> {
    if (this.#isStarted || this.#isDisposed) {
      const state = this.#isDisposed ? "disposed" : this.#state.status;
      throw new FlowGraphError(`Cannot start workflow ${this.id}: state is ${state}`);
    }
    this.#isStarted = true;
    if (this.#goOn) this.#continue();
    else {
      const at = this.#clock.now();
      this.#dispatch({ type: "start", ...(input !== undefined && { input }), at });
    }
    return this.#result.promise;
  }

  /** Aborts the workflow and its calls. */
  abort(reason?: string): void {
    const at = this.#clock.now();
    this.#dispatch({ type: "abort", at, ...(reason !== undefined && { reason }) });
  }

  /**
   * Aborts one node, and so what depends on it.
   *
   * @throws {NodeNotFoundError} if there is no such node.
   */
  abortNode(nodeId: string, reason?: string): void {
    if (!this.#board.nodes.has(nodeId)) throw new NodeNotFoundError(nodeId);
    const at = this.#clock.now();
    this.#dispatch({ type: "abortNode", nodeId, at, ...(reason !== undefined && { reason }) });
  }

  /** Calls back after each step, before its commands are carried out. Returns what stops it. */
  subscribe(listener: (update: WorkflowUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The present, to be stored and resumed. */
  snapshot(): WorkflowSnapshot {
    return JSON.parse(JSON.stringify({ state: this.#state, callGraph: this.#callGraph.export() }));
  }

  /**
   * Stops all timers and listens to no call any more. Calls under way are not cancelled, since another
   * host may have taken them over: `abort()` does that.
   */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#performer.clear();
    this.#listeners.clear();
    this.#queue.length = 0;
    this.#goOn = undefined;
    const message = `Cannot finish workflow ${this.id}: it was disposed`;
    this.#result.reject(new FlowGraphError(message));
  }

  /**
   * Puts another template under the workflow: unchanged nodes keep their state, calls of nodes that
   * went away are cancelled, new nodes wait for what is before them.
   *
   * @throws {FlowGraphError} if the workflow is at its end.
   */
  replaceTemplate(compiled: CompiledTemplate): void {
    const { status } = this.#state;
    if (isSettledStatus(status) || this.#isDisposed) {
      const state = this.#isDisposed ? "disposed" : status;
      throw new FlowGraphError(`Cannot replace the template of ${this.id}: state is ${state}`);
    }
    const { state: before, removed } = carryState(this.#compiled, compiled, this.#state);
    this.#compiled = compiled;
    this.#state = before;
    this.#board.clear();
    this.#graph = undefined;
    this.#show(runAt(compiled, before).nodes.keys());
    this.#perform(removed.flatMap((requestId): WorkflowCommand[] => [
      { type: "cancel", requestId, reason: "its node is no longer in the template" },
      { type: "unschedule", key: `timeout:${requestId}` },
    ]));
    for (const requestId of removed) {
      this.#callGraph.updateFromEvent({ type: "call.aborted", payload: { requestId } });
    }
    if (status === "idle") return;
    const step = settleAgain(compiled, before);
    this.#accept(before, { type: "timer.fired", key: "replace", at: before.at }, step);
  }

  #adopt(snapshot: WorkflowSnapshot, options: ResumeOptions): void {
    const clock = () => new Date(this.#clock.now()).toISOString();
    this.#callGraph = FlowGraph.fromJSON(snapshot.callGraph, { clock });
    this.#state = snapshot.state;
    const before = snapshot.state;
    this.#show(runAt(this.#compiled, before).nodes.keys());
    if (before.status === "idle") return;
    this.#goOn = () => this.#takeUp(before, options);
    queueMicrotask(() => this.#continue());
  }

  #takeUp(before: WorkflowState, options: ResumeOptions): void {
    const at = this.#clock.now();
    const { step, outstanding, abandoned } = planResume(this.#compiled, before, { ...options, at });
    for (const requestId of abandoned) {
      this.#callGraph.updateFromEvent({ type: "call.aborted", payload: { requestId } });
    }
    this.#accept(before, { type: "timer.fired", key: "resume", at }, step);
    this.#perform(outstanding);
    if (!isSettledStatus(this.#state.status)) return;
    this.#result.resolve(resultOf(runAt(this.#compiled, this.#state)));
  }

  #continue(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  #dispatch(event: WorkflowEvent): void {
    if (this.#isDisposed) return;
    this.#queue.push(event);
    // An effect or an invoke that aborts the workflow comes back here in the middle of a step.
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    this.#isBusy = false;
  }

  /** A mistake of a listener or an effect: whoever awaits the workflow hears of it, and it goes on. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#result.reject(error);
    }
  }

  #step(event: WorkflowEvent): void {
    this.#guard(() => {
      const before = this.#state, step = traceStep(this.#compiled, before, event);
      if (step.state !== before) this.#accept(before, event, step);
    });
  }

  #accept(before: WorkflowState, event: WorkflowEvent, step: TracedStep): void {
    const { state, commands, changed } = step;
    const run = runAt(this.#compiled, state);
    this.#state = state;
    let events: CallEventMapValue[] = [];
    this.#guard(() => events = recordStep(this.#callGraph, run, { before, event, commands }));
    this.#guard(() => this.#show(changed));
    for (const listener of this.#listeners) this.#guard(() => listener({ state, events, changed }));
    this.#perform(commands);
  }

  #show(changed: Iterable<string>): void {
    batch(() => {
      this.#board.show(runAt(this.#compiled, this.#state), changed);
      this.#status.value = this.#state.status;
      this.#steps.value++;
    });
  }

  #perform(commands: readonly WorkflowCommand[]): void {
    for (const command of commands) {
      if (this.#isDisposed) return;
      this.#performer.perform(command, runAt(this.#compiled, this.#state));
      if (command.type === "settled") this.#result.resolve(command.result);
    }
  }
}
