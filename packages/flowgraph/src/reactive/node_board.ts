/**
 * All nodes of a workflow as signals, and how far it is.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { joinOf, predecessorsOf, type Run, type RunNode } from "../core/run.ts";
import type { NodeStatus } from "../core/state.ts";
import { showState, watchNode, type WorkflowNode } from "./workflow_node.ts";

/** How many operations there are, and where they stand. */
export interface WorkflowProgress {
  readonly total: number;
  readonly done: number;
  readonly running: number;
  readonly failed: number;
  readonly skipped: number;
}

type Counter = Exclude<keyof WorkflowProgress, "total">;

const COUNTERS: Partial<Record<NodeStatus, Counter>> = {
  completed: "done",
  running: "running",
  failed: "failed",
  skipped: "skipped",
};

const NONE: WorkflowProgress = { total: 0, done: 0, running: 0, failed: 0, skipped: 0 };

/** The signals of one workflow's nodes. */
export class NodeBoard {
  readonly nodes = new Map<string, WorkflowNode>();
  readonly #progress = signal<WorkflowProgress>(NONE);

  /** Operations only: forks and joins are no work. */
  get progress(): ReadonlySignal<WorkflowProgress> {
    return this.#progress;
  }

  /** Shows the present state of these nodes; to be called inside a batch. */
  show(run: Run, ids: Iterable<string>): void {
    const counts = { ...this.#progress.peek() };
    for (const id of ids) {
      const source = run.nodes.get(id);
      if (source === undefined) continue;
      let node = this.nodes.get(id);
      if (node === undefined) {
        node = watchNode(source);
        this.nodes.set(id, node);
        if (node.kind === "operation") counts.total++;
      } else if (node.kind === "operation") add(counts, node.status.peek(), -1);
      // The join of a map waits for its items, which are there from now on.
      if (source.frames) this.#refreshJoin(source);
      showState(node, source.state);
      if (node.kind === "operation") add(counts, source.state.status, 1);
    }
    this.#progress.value = counts;
  }

  /** Forgets all nodes. */
  clear(): void {
    this.nodes.clear();
    this.#progress.value = NONE;
  }

  #refreshJoin(map: RunNode): void {
    const join = joinOf(map);
    const node = this.nodes.get(join.id);
    if (node) node.predecessors = [...predecessorsOf(join)].map(({ id }) => id);
  }
}

function add(counts: Record<Counter, number>, status: NodeStatus, sign: 1 | -1): void {
  const counter = COUNTERS[status];
  if (counter !== undefined) counts[counter] += sign;
}
