/**
 * A workflow in motion: the state, unfolded into nodes that know their neighbours. It is derived from
 * the plain state and can be derived again at any time.
 *
 * @module
 */
import type { Block, CompiledTemplate, TemplateNode, TemplateScope } from "../template/model.ts";
import { readNode } from "./node_layers.ts";
import { type Limit, type Limits, ReadyLines } from "./permits.ts";
import {
  IDLE,
  isSettledStatus,
  type NodeState,
  type WorkflowCommand,
  type WorkflowState,
} from "./state.ts";

/** One instance of a scope: the workflow itself, or the body of a map for one item. */
export interface Frame {
  readonly scope: TemplateScope;
  readonly prefix: string;
  readonly nodes: RunNode[];
  readonly limits: Map<Block, Limits>;
  /** Of an item: the map, the item, its position. */
  readonly outer?: { readonly map: RunNode; readonly item: unknown; readonly index: number };
}

/** One node of a running workflow. */
export interface RunNode {
  readonly id: string;
  readonly template: TemplateNode;
  readonly frame: Frame;
  readonly limits: Limits;
  state: NodeState;
  /** How many predecessors have not let it go yet. */
  missing: number;
  /** Of an expanded map: one per item. */
  frames?: Frame[];
}

/** A workflow in motion. */
export interface Run {
  readonly compiled: CompiledTemplate;
  /** Everything about the workflow except its nodes. */
  head: WorkflowState;
  readonly root: Frame;
  readonly nodes: Map<string, RunNode>;
  readonly lines: ReadyLines<RunNode>;
  readonly limits: Limits;
  /** How many nodes are not at an end. */
  open: number;
  /** How many nodes failed that were not optional. */
  failures: number;
  /** Nodes whose state is newer than `head`. */
  readonly dirty: Set<RunNode>;
  /** Nodes that may go on now: structural ones, and operations not yet in line. */
  readonly released: RunNode[];
  commands: WorkflowCommand[];
  /** The timer that the present event is about; it need not be cancelled. */
  firing: string | undefined;
}

/** Whether a node may fail without harm. */
export function isOptional({ template }: RunNode): boolean {
  return template.kind === "operation" && template.block.props.optional === true;
}

/** Whether a node lets its successors go. */
export function isSatisfied(node: RunNode): boolean {
  const { status } = node.state;
  return status === "completed" || status === "skipped" || status === "failed" && isOptional(node);
}

/** The nodes that wait for this one. */
export function* successorsOf({ template, frame, frames }: RunNode): Generator<RunNode> {
  for (const index of template.successors) {
    const node = frame.nodes[index];
    if (node) yield node;
  }
  for (const inner of frames ?? []) {
    const entry = inner.nodes[inner.scope.root.entry];
    if (entry) yield entry;
  }
  if (frame.outer && template.index === frame.scope.root.exit) yield joinOf(frame.outer.map);
}

/** The nodes that this one waits for. */
export function* predecessorsOf({ template, frame }: RunNode): Generator<RunNode> {
  for (const index of template.predecessors) {
    const node = frame.nodes[index];
    if (node) yield node;
  }
  if (frame.outer && template.index === frame.scope.root.entry) yield frame.outer.map;
  if (template.kind === "join" && template.block.kind === "map") {
    for (const inner of frame.nodes[template.block.start]?.frames ?? []) yield exitOf(inner);
  }
}

/** The node at which an instance of a scope ends. */
export function exitOf({ nodes, scope }: Frame): RunNode {
  const node = nodes[scope.root.exit];
  if (node === undefined) throw new RangeError(`scope has no exit ${scope.root.exit}`);
  return node;
}

/** The join of a fork, branch or map. */
export function joinOf({ id, template, frame }: RunNode): RunNode {
  const node = frame.nodes[template.block.exit];
  if (node === undefined) throw new RangeError(`${id}: it has no join`);
  return node;
}

function limitOf({ props }: Block): Limit[] {
  return typeof props.maxConcurrency === "number" ? [{ max: props.maxConcurrency, used: 0 }] : [];
}

/** The limits inside a block. Neighbours get the same array, so that they wait in the same line. */
function limitsIn(frame: Frame, block: Block | undefined, outermost: Limits): Limits {
  if (block === undefined) {
    if (frame.outer === undefined) return outermost;
    const { map } = frame.outer;
    return limitsIn(map.frame, map.template.block, outermost);
  }
  const known = frame.limits.get(block);
  if (known) return known;
  const around = limitsIn(frame, block.parent, outermost);
  const own = limitOf(block);
  const limits = own.length === 0 ? around : [...own, ...around];
  frame.limits.set(block, limits);
  return limits;
}

/** Creates the nodes of a frame, with their states where they have any. */
function fill(run: Run, frame: Frame): Frame {
  const initial: NodeState = frame.outer ? { ...IDLE, status: "waiting" } : IDLE;
  for (const template of frame.scope.nodes) {
    const id = frame.prefix + template.id;
    const isInnerEntry = frame.outer && template.index === frame.scope.root.entry;
    const node: RunNode = {
      id,
      template,
      frame,
      limits: limitsIn(frame, template.block.parent, run.limits),
      state: readNode(run.head, id) ?? initial,
      missing: template.predecessors.length + (isInnerEntry ? 1 : 0),
    };
    frame.nodes.push(node);
    run.nodes.set(id, node);
    run.open++;
    count(run, node, 1);
  }
  return frame;
}

/** Adds one instance of a map's body. */
export function addItem(
  run: Run,
  scope: TemplateScope,
  outer: NonNullable<Frame["outer"]>,
): Frame {
  const prefix = `${outer.map.id}[${outer.index}]/`;
  joinOf(outer.map).missing++;
  return fill(run, { scope, prefix, nodes: [], limits: new Map(), outer });
}

/** A run over a state, its maps not yet expanded. */
export function createRun(compiled: CompiledTemplate, head: WorkflowState): Run {
  const limits: Limits = head.maxConcurrency === undefined
    ? []
    : [{ max: head.maxConcurrency, used: 0 }];
  const run: Run = {
    compiled,
    head,
    root: { scope: compiled.scope, prefix: "", nodes: [], limits: new Map() },
    nodes: new Map(),
    lines: new ReadyLines(),
    limits,
    open: 0,
    failures: 0,
    dirty: new Set(),
    released: [],
    commands: [],
    firing: undefined,
  };
  fill(run, run.root);
  return run;
}

/** Counts what a status means for the run as a whole; `sign` is -1 for a status that is left. */
export function count(run: Run, node: RunNode, sign: 1 | -1): void {
  const { status } = node.state;
  if (isSettledStatus(status)) run.open -= sign;
  if (status === "failed" && !isOptional(node)) run.failures += sign;
  if (status !== "running") return;
  for (const limit of node.limits) {
    limit.used += sign;
    if (sign < 0) run.lines.free(limit);
  }
}

/** All nodes in template order, whenever and in whatever order maps were expanded. */
export function* inOrder({ nodes }: Frame): Generator<RunNode> {
  for (const node of nodes) {
    yield node;
    for (const frame of node.frames ?? []) yield* inOrder(frame);
  }
}

/** Template order: outer before inner, items by position, siblings from left to right. */
export function compareOrder(a: RunNode, b: RunNode): number {
  const left = orderOf(a), right = orderOf(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function orderOf({ template, frame }: RunNode): number[] {
  const order = [template.index];
  for (let outer = frame.outer; outer; outer = outer.map.frame.outer) {
    order.push(outer.index, outer.map.template.index);
  }
  return order.reverse();
}
