/**
 * Looks at whether NATS gives the durability that is asked for.
 *
 * @module
 */
import { type Bus, openBus, type Replication, replicationOf, tryReplicas } from "@hub/bus";
import type { HubConfig, LoadedConfig } from "../config/mod.ts";
import { REPLICAS, withDurability } from "../durability.ts";
import { natsProblem } from "../nats_problem.ts";
import { busOptions } from "../start_bus.ts";
import type { Check, Finding } from "./check.ts";

type Look = Omit<Finding, "name">;

/** Looks at the setting, and at the copies that the servers keep or could keep. */
export function durabilityCheck(loaded: LoadedConfig): Check {
  return {
    name: "durability",
    look: () =>
      lookAt(loaded.config).catch((error) => {
        throw natsProblem(error, loaded);
      }),
  };
}

async function lookAt(given: HubConfig): Promise<Look> {
  const config = withDurability(given);
  const { durability, nats: { url, replicas } } = config;
  if (url === undefined) return judgeEmbedded(config);
  const options = { ...await busOptions(config), name: "hub doctor" };
  const opened = await openBus(options).catch(() => undefined);
  // Why is said by the check of NATS itself.
  if (opened === undefined) {
    return { status: "warning", found: `${durability}: nobody to be asked` };
  }
  await using bus = opened;
  return judgeReplication(config, await replicationOf(bus) ?? await couldBe(bus, replicas));
}

/** Before the first start there is nothing to look at, but it can be tried. */
async function couldBe(bus: Bus, replicas: number): Promise<Replication> {
  await tryReplicas(bus, replicas);
  return { replicas, inStep: replicas };
}

/** Whether one embedded server will do. */
export function judgeEmbedded({ durability }: Pick<HubConfig, "durability">): Look {
  const survives = durability === "synced"
    ? "survives killed processes and a power failure, not the loss of this disk"
    : "survives killed processes, not a power failure";
  return { status: "ok", found: `${durability}: what is acknowledged ${survives}` };
}

/** Whether the copies will do. */
export function judgeReplication(
  { durability, nats }: Pick<HubConfig, "durability" | "nats">,
  { replicas, inStep }: Replication,
): Look {
  const copies = replicas === 1 ? "one copy of each log" : `${replicas} copies of each log`;
  const found = `${durability}: ${copies}`;
  if (inStep < replicas) {
    return {
      status: "warning",
      found: `${found}, ${inStep} of them in step`,
      advice: "Bring the other servers back: what is acknowledged now is where these are.",
    };
  }
  if (replicas < nats.replicas) {
    return {
      status: "warning",
      found: `${found}, ${nats.replicas} are asked for`,
      advice: "The next start makes them; all nodes of a hub should have the same configuration.",
    };
  }
  if (durability === "synced") return { ...UNSEEN, found: `${found}, ${UNSEEN.found}` };
  const survives = replicas >= REPLICAS ? "the loss of a machine" : "killed processes alone";
  return { status: "ok", found: `${found}, which survive ${survives}` };
}

/** No server tells it to those who are not in its system account. */
const UNSEEN = {
  status: "warning",
  found: "and whether the servers sync each write cannot be seen from here",
  advice: 'Each needs "sync_interval: always" in its jetstream block: its monitoring page /varz ' +
    'shows "sync_always": true then.',
} as const;
