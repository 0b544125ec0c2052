/**
 * The processes that run calls.
 *
 * @module
 */
import type { Membership } from "@hub/bus";
import type { Runner } from "../../actors/mcp_task_events.ts";

/** Who knows which nodes there are. */
export type Nodes = Pick<Membership, "node" | "nodes" | "isSettled">;

/** The processes that run calls, as one of them sees them. */
export interface Runners {
  /** This process. */
  readonly own: Runner;
  /**
   * Whether a process is gone for certain: a node that was started again is another one. Of others
   * that come back from the same outage as this one, nothing is certain for a while.
   */
  isGone(runner: Runner): boolean;
}

/** Creates them for a node that has joined. */
export function createRunners({ node, nodes, isSettled }: Nodes): Runners {
  const own = { node, startedAt: startOf(nodes().find(({ id }) => id === node)?.info) };
  const isSame = (one: Runner, other: Runner) =>
    one.node === other.node && one.startedAt === other.startedAt;
  return {
    own,
    // This one is, also while a lost connection to NATS has taken it off the list for a moment.
    isGone: (runner) =>
      isSettled() && !isSame(runner, own) &&
      !nodes().some(({ id, info }) => isSame(runner, { node: id, startedAt: startOf(info) })),
  };
}

function startOf(info: Readonly<Record<string, unknown>> | undefined): number {
  return typeof info?.startedAt === "number" ? info.startedAt : 0;
}
