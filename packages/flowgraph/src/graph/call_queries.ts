/**
 * Questions asked of a call graph.
 *
 * @module
 */
import type { CallStatus } from "../schema/call.ts";
import { isTerminalStatus } from "./call_status.ts";
import { breadthFirst, type RawGraph } from "./traversal.ts";

/** What happens to the calls below one that is aborted. */
export type AbortPolicy = "abort-dependents" | "continue-running";

/** Keys of the calls with that status. */
export function filterByStatus(raw: RawGraph, status: CallStatus): string[] {
  return raw.filterNodes((_key, attributes) => attributes.status === status);
}

/** Keys of the calls that nothing triggered. */
export function getRoots(raw: RawGraph): string[] {
  return raw.filterNodes((_key, { parentRequestId }) => parentRequestId === undefined);
}

/** Calls that this one triggered. */
export function children(raw: RawGraph, id: string): string[] {
  return raw.filterOutEdges(id, (_edge, { edgeType }) => edgeType === "triggered")
    .map((edge) => raw.target(edge));
}

/** Calls below this one, nearest first. */
export function callDescendants(raw: RawGraph, id: string): string[] {
  return breadthFirst(id, (key) => children(raw, key));
}

/** Ids from the root to this call, both included. */
export function lineage(raw: RawGraph, id: string): string[] {
  const line: string[] = [];
  for (let at: string | undefined = id; at !== undefined;) {
    line.push(at);
    const edge: string | undefined = raw.findInEdge(
      at,
      (_edge, attributes) => attributes.edgeType === "triggered",
    );
    at = edge === undefined ? undefined : raw.source(edge);
  }
  return line.reverse();
}

/** How long a call took, in milliseconds; undefined while it is open. */
export function duration(raw: RawGraph, id: string): number | undefined {
  const { startedAt, completedAt } = raw.getNodeAttributes(id);
  if (startedAt === undefined || completedAt === undefined) return undefined;
  return Date.parse(completedAt) - Date.parse(startedAt);
}

/** The calls to abort along with this one: itself first, parents before children. */
export function abortSet(raw: RawGraph, id: string, policy: AbortPolicy): string[] {
  const statusOf = (key: string): CallStatus => raw.getNodeAttribute(key, "status");
  const below = callDescendants(raw, id).filter((key) =>
    policy === "continue-running" ? statusOf(key) === "pending" : !isTerminalStatus(statusOf(key))
  );
  return isTerminalStatus(statusOf(id)) ? below : [id, ...below];
}
