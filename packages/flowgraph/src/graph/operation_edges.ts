/**
 * Fills a graph with the typed edges of a registry.
 *
 * @module
 */
import type { TypeCompatResult } from "../analysis/type_compat.ts";
import type { TypeEdge } from "../analysis/type_edges.ts";
import type { OperationEdgeAttrs } from "../schema/operation.ts";
import { cycleError, findCycles, type RawGraph } from "./traversal.ts";

/** How `FlowGraph.fromSpecs` builds. */
export interface OperationGraphOptions {
  /** What to do where edges close a cycle. Default: "throw". */
  readonly onCycle?: "throw" | "skip" | "keep";
  /** Whether to store edges that say "does not fit"; implies "keep". Default: false. */
  readonly includeIncompatible?: boolean;
}

/** The edge that a comparison leads to. */
export function typedEdge(result: TypeCompatResult): OperationEdgeAttrs {
  const { compatible, detail } = result;
  return {
    edgeType: "typed",
    compatible: compatible === true,
    ...(detail !== undefined && { detail }),
  };
}

/** Who reaches whom, kept up to date edge by edge: one bit per pair. */
class Reachability {
  readonly #index = new Map<string, number>();
  readonly #words: number;
  readonly #reach: Uint32Array[];

  constructor(keys: readonly string[]) {
    keys.forEach((key, i) => this.#index.set(key, i));
    this.#words = Math.ceil(keys.length / 32);
    this.#reach = keys.map(() => new Uint32Array(this.#words));
  }

  #row(key: string): [Uint32Array, number] {
    const i = this.#index.get(key) ?? 0;
    return [this.#reach[i] ?? new Uint32Array(this.#words), i];
  }

  /** Records the edge unless it closes a cycle; returns whether it did. */
  add(source: string, target: string): boolean {
    const [from, s] = this.#row(source), [to, t] = this.#row(target);
    if (isSet(to, s)) return false;
    if (isSet(from, t)) return true; // nothing new is reached
    for (const [i, row] of this.#reach.entries()) {
      if (i !== s && !isSet(row, s)) continue;
      for (let w = 0; w < this.#words; w++) row[w] = (row[w] ?? 0) | (to[w] ?? 0);
      row[t >> 5] = (row[t >> 5] ?? 0) | (1 << (t & 31));
    }
    return true;
  }
}

function isSet(row: Uint32Array, bit: number): boolean {
  return ((row[bit >> 5] ?? 0) & (1 << (bit & 31))) !== 0;
}

/**
 * Adds the edges to a graph that has the nodes.
 *
 * @throws {CycleError} if they are cyclic and cycles are neither skipped nor kept.
 */
export function addTypeEdges(
  raw: RawGraph,
  edges: readonly TypeEdge[],
  { onCycle = "throw", includeIncompatible = false }: OperationGraphOptions,
): void {
  const reach = onCycle === "skip" && !includeIncompatible
    ? new Reachability(raw.nodes())
    : undefined;
  for (const { source, target, result } of edges) {
    if (!result.compatible && !includeIncompatible) continue;
    if (reach && !reach.add(source, target)) continue;
    raw.addEdgeWithKey(`${source}->${target}`, source, target, typedEdge(result));
  }
  if (onCycle !== "throw" || includeIncompatible) return;
  if (findCycles(raw, 1).length > 0) throw cycleError(raw);
}
