/**
 * Walks over a directed graph. None of them recurses: a chain may be a hundred thousand long.
 *
 * @module
 */
import type { DirectedGraph } from "graphology";
import { CycleError } from "./errors.ts";

/**
 * The graph underneath. Its attributes are untyped because the library asks for an index signature,
 * which interfaces have not; `FlowGraph` types them at its surface.
 */
// deno-lint-ignore no-explicit-any
export type RawGraph = DirectedGraph<any, any>;

/** An edge that says "does not fit" orders nothing, so it closes no cycle. */
function orders(attributes: { edgeType?: unknown; compatible?: unknown }): boolean {
  return attributes.edgeType !== "typed" || attributes.compatible !== false;
}

/** Direct successors along edges that order something, in insertion order. */
export function orderedSuccessors(raw: RawGraph, key: string): string[] {
  const found: string[] = [];
  raw.forEachOutEdge(key, (_edge, attributes, _source, target) => {
    if (orders(attributes)) found.push(target);
  });
  return found;
}

/** Everything reachable from `start` through `next`, without `start`, nearest first. */
export function breadthFirst(start: string, next: (key: string) => string[]): string[] {
  const seen = new Set([start]);
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    for (const key of next(queue[head] ?? start)) {
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(key);
    }
  }
  return queue.slice(1);
}

/** The nodes from `from` to `to` along ordering edges, both included, or undefined if none lead there. */
export function findPath(raw: RawGraph, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const stack = [from];
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    if (key === to) {
      const path = [to];
      for (let at = to; at !== from;) path.push(at = cameFrom.get(at) ?? from);
      return path.reverse();
    }
    for (const next of orderedSuccessors(raw, key)) {
      if (next === from || cameFrom.has(next)) continue;
      cameFrom.set(next, key);
      stack.push(next);
    }
  }
  return undefined;
}

/**
 * Kahn's order: first in, first out, insertion order for ties.
 *
 * @throws {CycleError} if there is none.
 */
export function kahnOrder(raw: RawGraph): string[] {
  const missing = new Map<string, number>();
  raw.forEachNode((key) => missing.set(key, 0));
  const successors = new Map<string, string[]>();
  raw.forEachNode((key) => {
    const targets = orderedSuccessors(raw, key);
    successors.set(key, targets);
    for (const target of targets) missing.set(target, (missing.get(target) ?? 0) + 1);
  });
  const order = [...missing].filter(([, count]) => count === 0).map(([key]) => key);
  for (let head = 0; head < order.length; head++) {
    for (const target of successors.get(order[head] ?? "") ?? []) {
      const left = (missing.get(target) ?? 0) - 1;
      missing.set(target, left);
      if (left === 0) order.push(target);
    }
  }
  if (order.length < raw.order) throw cycleError(raw);
  return order;
}

interface Search {
  readonly done: Set<string>;
  readonly cycles: string[][];
  readonly limit: number;
}

interface Frame {
  readonly key: string;
  readonly targets: readonly string[];
  next: number;
}

/** How many cycles an error spells out at most: a dense registry has one per pair of operations. */
const REPORTED_CYCLES = 100;

/**
 * One cycle per back edge of a depth-first walk in insertion order; `[a, b]` means a → b → a.
 * No more than `limit` of them.
 */
export function findCycles(raw: RawGraph, limit: number = Infinity): string[][] {
  const search: Search = { done: new Set(), cycles: [], limit };
  raw.forEachNode((root) => {
    if (!search.done.has(root) && search.cycles.length < limit) walk(raw, root, search);
  });
  return search.cycles;
}

/** The error that describes a graph known to be cyclic. */
export function cycleError(raw: RawGraph): CycleError {
  return new CycleError(findCycles(raw, REPORTED_CYCLES));
}

function walk(raw: RawGraph, root: string, { done, cycles, limit }: Search): void {
  const depth = new Map<string, number>();
  const frames: Frame[] = [];
  const enter = (key: string) => {
    depth.set(key, frames.length);
    frames.push({ key, targets: orderedSuccessors(raw, key), next: 0 });
  };
  enter(root);
  for (let frame = frames.at(-1); frame && cycles.length < limit; frame = frames.at(-1)) {
    const target = frame.targets[frame.next++];
    if (target === undefined) {
      frames.pop();
      depth.delete(frame.key);
      done.add(frame.key);
      continue;
    }
    const at = depth.get(target);
    if (at !== undefined) cycles.push(frames.slice(at).map(({ key }) => key));
    else if (!done.has(target)) enter(target);
  }
}
