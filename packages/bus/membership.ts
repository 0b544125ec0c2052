/**
 * Being one of the nodes: a key with a TTL in bucket `NODES`, renewed until the node leaves.
 *
 * @module
 */
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { LiveNode, NodeInfo } from "./node_entry.ts";
import { NodeKeeper } from "./node_keeper.ts";
import { openNodesView } from "./nodes_view.ts";
import { MARKER_TTL_MS } from "./stream_configs.ts";
import { within } from "./within.ts";

/** What {@linkcode joinMembership} needs to know. */
export interface JoinOptions {
  /** Id of this node. Best chosen anew at each start: one that died blocks its id until its TTL. */
  readonly node: string;
  /** Told to the other nodes. */
  readonly info?: NodeInfo;
  /** How often the key is renewed. Default 1,000. */
  readonly heartbeatMs?: number;
  /** How long the others wait for a renewal: whole seconds. Default 3,000. */
  readonly ttlMs?: number;
  /** Gives up joining; has no effect afterwards. */
  readonly signal?: AbortSignal;
}

/** A node's membership; disposing leaves. */
export interface Membership extends AsyncDisposable {
  readonly node: string;
  /** Of the latest join; the sequence of its message, so it only ever grows. */
  readonly epoch: number;
  /**
   * Whether the others count on this node. False from the moment in which they may have given it up,
   * even if this process was stopped in between and nobody has told it yet.
   */
  isMember(): boolean;
  /**
   * Whether a node that is not among {@linkcode Membership.nodes} is gone, and not merely later than
   * this one to come back from the same outage: this node has been one for a TTL without a break.
   */
  isSettled(): boolean;
  /** The live nodes, this one included, sorted by id. */
  nodes(): readonly LiveNode[];
  /** Tells when a node joined, left or rejoined, and when `isMember()` changed; the result ends that. */
  onChange(listener: (nodes: readonly LiveNode[]) => void): () => void;
  /** Why the latest renewal failed, if it did. */
  readonly lastError: unknown;
  /** Leaves at once, without waiting for the TTL. */
  leave(): Promise<void>;
}

const HEARTBEAT_MS = 1_000;
const TTL_MS = 3_000;
const VIEW_TIMEOUT_MS = 10_000;

/**
 * Joins the nodes of the bus's realm and stays until it is disposed.
 *
 * A node that could not renew its key in time is gone for the others; it joins again by itself, with
 * a new epoch, as soon as it can.
 *
 * @throws {BusError} `NODE_ID_TAKEN` if another live process has that id, or what a publish throws.
 * @throws {RangeError} If the id, the interval or the TTL cannot be used.
 *
 * @example Alone among the nodes
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { deleteRealm, ensureStreams, joinMembership, openBus } from "@hub/bus";
 *
 * const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "nats://127.0.0.1:4222";
 * const realm = `example-${crypto.randomUUID().slice(0, 8)}`;
 * await using bus = await openBus({ servers, name: "example", realm });
 * await ensureStreams(bus.connection, { realm });
 * const membership = await joinMembership(bus, { node: "n1" });
 * deepStrictEqual(membership.nodes().map(({ id }) => id), ["n1"]);
 * await membership.leave();
 * await deleteRealm(bus.connection, realm);
 * ```
 */
export async function joinMembership(bus: Bus, options: JoinOptions): Promise<Membership> {
  const { node, info = {}, heartbeatMs = HEARTBEAT_MS, ttlMs = TTL_MS, signal } = options;
  checkTimes(heartbeatMs, ttlMs);
  const view = await openNodesView(bus);
  const keeper = new NodeKeeper({ bus, view, node, info, heartbeatMs, ttlMs });
  try {
    await keeper.join(signal);
    // The view is in the order of the stream: who sees himself sees all who came before.
    const late = () =>
      new BusError("TIMEOUT", "Cannot join: bucket NODES does not tell who is there");
    await within(view.caughtUp(keeper.epoch), { timeoutMs: VIEW_TIMEOUT_MS, signal, late });
  } catch (error) {
    await keeper.leave();
    throw error;
  }
  keeper.start();
  return {
    node,
    get epoch() {
      return keeper.epoch;
    },
    get lastError() {
      return keeper.lastError;
    },
    isMember: () => keeper.isMember(),
    isSettled: () => keeper.isSettled(),
    nodes: view.nodes,
    onChange(listener) {
      const forgetView = view.onChange(listener);
      const forgetKeeper = keeper.onFlip(() => listener(view.nodes()));
      return () => (forgetView(), forgetKeeper());
    },
    leave: () => keeper.leave(),
    [Symbol.asyncDispose]: () => keeper.leave(),
  };
}

function checkTimes(heartbeatMs: number, ttlMs: number): void {
  if (!Number.isInteger(ttlMs / MARKER_TTL_MS) || ttlMs < MARKER_TTL_MS) {
    throw new RangeError(
      `Cannot use a TTL of ${ttlMs} ms: the server takes whole seconds from one`,
    );
  }
  if (!(heartbeatMs > 0 && heartbeatMs * 2 <= ttlMs)) {
    throw new RangeError(
      `Cannot renew every ${heartbeatMs} ms: one lost renewal has to fit into a TTL of ${ttlMs} ms`,
    );
  }
}
