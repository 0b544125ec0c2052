/**
 * The processes that run calls.
 *
 * @module
 */
import type { Membership } from "@hub/bus";
import type { Runner } from "../../actors/mcp_task_events.ts";

/** Who knows which nodes there are. */
export type Nodes = Pick<Membership, "node" | "nodes">;

/** This process. */
export function runnerOf({ node, nodes }: Nodes): Runner {
  const startedAt = nodes().find(({ id }) => id === node)?.info.startedAt;
  return { node, startedAt: typeof startedAt === "number" ? startedAt : 0 };
}

/** Whether a process is there: a node that was started again is another one. */
export function isAlive({ nodes }: Pick<Nodes, "nodes">, { node, startedAt }: Runner): boolean {
  return nodes().some(({ id, info }) => id === node && (info.startedAt ?? 0) === startedAt);
}
