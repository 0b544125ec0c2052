/** An actor on a node that dies right after each commit, for tests. */
import type { Address, Bus } from "@hub/bus";
import { openActiveActors } from "./active_actors.ts";
import { type ActiveActor, createActiveActor } from "./actor.ts";
import type { ActorKind } from "./definition.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots } from "./snapshots.ts";

/** Commits, and does nothing of what the commits ask for. */
export async function dyingActor(
  bus: Bus,
  { kind, address }: { readonly kind: ActorKind; readonly address: Address },
): Promise<ActiveActor> {
  const active = openActiveActors(bus, "gone");
  return createActiveActor({
    ...{ kind, scope: createMachineScope(kind.machine), now: () => 0 },
    log: await openActorLog(bus),
    snapshots: await openSnapshots(bus),
    duties: {
      prepare: async () => void await active.mark(address),
      perform: () => Promise.reject(new Error("died")),
    },
  }, address);
}
