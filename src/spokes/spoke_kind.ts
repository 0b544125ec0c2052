/**
 * Spokes as actors: the machine, and what it asks for.
 *
 * @module
 */
import { fromPromise } from "xstate";
import { type ActorKind, defineActor } from "../../actors/runtime/mod.ts";
import { SpokeEvent } from "../../actors/spoke_events.ts";
import { spoke } from "../../actors/spoke.ts";
import { getLogger } from "../logger/mod.ts";
import { SPOKE_KIND } from "./spoke_lives.ts";

const log = getLogger("spokes");

/**
 * The kind. Connections are closed where they are held, by whoever learns of the change there; the
 * machine only waits for their end.
 */
export function createSpokeKind(): ActorKind {
  return defineActor({
    kind: SPOKE_KIND,
    version: 1,
    events: SpokeEvent,
    machine: spoke.provide({
      actors: {
        drain: fromPromise(() => Promise.resolve()),
        closeConnections: fromPromise(() => Promise.resolve()),
        alarm: fromPromise(({ input }) => {
          log.error("spoke raises an alarm", { peer: input.peerId, why: input.why });
          return Promise.resolve();
        }),
      },
    }),
    // Nobody but the hub tells what became of a connection.
    access: {
      send: { requiredScopes: ["admin"] },
      stop: { requiredScopes: ["admin"] },
      read: { requiredScopes: ["actors:read"] },
    },
  });
}
