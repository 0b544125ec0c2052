/**
 * How nodes tell each other what clients have given up.
 *
 * @module
 */
import { type Bus, type Membership, nodeSubject } from "@hub/bus";
import type { Cancellations } from "../../bridges/ports.ts";
import { getLogger } from "../logger/mod.ts";

const log = getLogger("mcp");

/** What it needs. */
export interface CancellationsOptions {
  readonly bus: Pick<Bus, "connection" | "realm">;
  readonly membership: Pick<Membership, "node" | "nodes">;
}

/**
 * Tells over NATS, and does not wait to be heard: a call that goes on all the same ends at its
 * deadline.
 */
export function createCancellations(
  { bus: { connection, realm }, membership }: CancellationsOptions,
): Cancellations {
  return {
    tell(key) {
      for (const { id } of membership.nodes()) {
        if (id === membership.node) continue;
        try {
          connection.publish(nodeSubject(realm, id, "cancelled"), key);
        } catch (error) {
          log.debug("a cancellation was not told", { node: id, error });
        }
      }
    },
    onTold(listener) {
      const subscription = connection.subscribe(
        nodeSubject(realm, membership.node, "cancelled"),
        {
          callback(error, message) {
            if (error !== null) return log.warn("cannot hear of cancellations", { error });
            listener(message.string());
          },
        },
      );
      return () => subscription.unsubscribe();
    },
  };
}
