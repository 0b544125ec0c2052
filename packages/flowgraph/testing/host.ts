/**
 * A host of the core for tests: keeps open calls and timers, and answers them in any order.
 *
 * @module
 */
import type { UNode } from "../src/component/element.ts";
import { nodeStates } from "../src/core/node_layers.ts";
import type {
  NodeState,
  WorkflowCommand,
  WorkflowEvent,
  WorkflowResult,
  WorkflowState,
} from "../src/core/state.ts";
import { initWorkflow, stepWorkflow, type WorkflowInit } from "../src/core/workflow.ts";
import type { CallErrorInfo } from "../src/schema/call.ts";
import { compileTemplate } from "../src/template/compile_template.ts";
import type { CompiledTemplate } from "../src/template/model.ts";

/** A call to be answered. */
export type Invoked = Extract<WorkflowCommand, { type: "invoke" }>;

/** How a test answers a call: with an output, or with an error. */
export type Answer = (call: Invoked) => { output: unknown } | { error: CallErrorInfo };

/** Answers with what came in. */
export const echo: Answer = ({ input }) => ({ output: input });

/** An answer that fails. */
export function failing(code = "EXECUTION_ERROR", message = "boom"): { error: CallErrorInfo } {
  return { error: { code, message } };
}

/** Drives a workflow by hand. */
export class TestHost {
  readonly compiled: CompiledTemplate;
  state: WorkflowState;
  at = 0;
  readonly calls = new Map<string, Invoked>();
  readonly timers = new Map<string, number>();
  readonly invoked: Invoked[] = [];
  readonly cancelled: string[] = [];
  readonly results: WorkflowResult[] = [];

  constructor(template: UNode, init: Partial<WorkflowInit> = {}) {
    this.compiled = compileTemplate(template);
    this.state = initWorkflow(this.compiled, { id: "w", ...init });
  }

  /** The commands that the event led to. */
  step(event: WorkflowEvent): WorkflowCommand[] {
    const { state, commands } = stepWorkflow(this.compiled, this.state, event);
    this.state = state;
    commands.forEach((command) => this.#perform(command));
    return commands;
  }

  #perform(command: WorkflowCommand): void {
    switch (command.type) {
      case "invoke":
        this.calls.set(command.requestId, command);
        this.invoked.push(command);
        break;
      case "cancel":
        this.calls.delete(command.requestId);
        this.cancelled.push(command.requestId);
        break;
      case "schedule":
        this.timers.set(command.key, command.at);
        break;
      case "unschedule":
        this.timers.delete(command.key);
        break;
      case "settled":
        this.results.push(command.result);
    }
  }

  start(input?: unknown): WorkflowCommand[] {
    return this.step({ type: "start", ...(input !== undefined && { input }), at: this.at });
  }

  /** Answers the call of the node's present attempt. */
  succeed(nodeId: string, output?: unknown): WorkflowCommand[] {
    return this.step({
      type: "node.succeeded",
      requestId: this.#take(nodeId),
      output,
      at: ++this.at,
    });
  }

  fail(nodeId: string, code = "EXECUTION_ERROR", message = "boom"): WorkflowCommand[] {
    return this.step({
      type: "node.failed",
      requestId: this.#take(nodeId),
      error: { code, message },
      at: ++this.at,
    });
  }

  fire(key: string): WorkflowCommand[] {
    const at = this.timers.get(key);
    if (at === undefined) throw new Error(`no timer ${key}, only ${[...this.timers.keys()]}`);
    this.timers.delete(key);
    this.at = Math.max(this.at, at);
    return this.step({ type: "timer.fired", key, at: this.at });
  }

  #take(nodeId: string): string {
    for (const [requestId, call] of this.calls) {
      if (call.nodeId !== nodeId) continue;
      this.calls.delete(requestId);
      return requestId;
    }
    throw new Error(`no open call of ${nodeId}, only of ${this.running}`);
  }

  /** Answers one open call or fires one timer; `pick` chooses among them. */
  advance(answer: Answer, pick: (count: number) => number = () => 0): boolean {
    const calls = [...this.calls.values()], timers = [...this.timers.keys()];
    const chosen = pick(calls.length + timers.length);
    const call = calls[chosen], key = timers[chosen - calls.length];
    if (call) {
      this.calls.delete(call.requestId);
      const { requestId } = call;
      const answered = answer(call), at = ++this.at;
      this.step(
        "error" in answered
          ? { type: "node.failed", requestId, error: answered.error, at }
          : { type: "node.succeeded", requestId, output: answered.output, at },
      );
    } else if (key !== undefined) this.fire(key);
    return call !== undefined || key !== undefined;
  }

  /** Answers everything until the workflow is at its end. */
  run(input?: unknown, answer: Answer = echo, pick?: (count: number) => number): WorkflowResult {
    this.start(input);
    while (this.results.length === 0 && this.advance(answer, pick));
    return this.result;
  }

  get result(): WorkflowResult {
    const [result] = this.results;
    if (result === undefined) throw new Error(`not settled; running: ${this.running}`);
    return result;
  }

  /** Ids of the nodes that have an open call. */
  get running(): string[] {
    return [...this.calls.values()].map(({ nodeId }) => nodeId);
  }

  node(id: string): NodeState {
    const state = nodeStates(this.state)[id];
    if (state === undefined) throw new Error(`no node ${id}`);
    return state;
  }

  /** Statuses by node id. */
  get statuses(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(nodeStates(this.state)).map(([id, { status }]) => [id, status]),
    );
  }
}
