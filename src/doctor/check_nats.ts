/**
 * Looks at NATS.
 *
 * @module
 */
import { MINIMUM_NATS_VERSION, openBus } from "@hub/bus";
import { join, resolve } from "node:path";
import type { HubConfig, LoadedConfig } from "../config/mod.ts";
import { natsProblem } from "../nats_problem.ts";
import { busOptions } from "../start_bus.ts";
import { configuredServer, installedServer } from "../embedded/nats_binary.ts";
import type { Check, Finding } from "./check.ts";

type Look = Omit<Finding, "name">;

/** Looks at the configured NATS servers, or at the program that would be started. */
export function natsCheck(loaded: LoadedConfig): Check {
  const { config } = loaded;
  const look = config.nats.url === undefined ? lookAtProgram : lookAtServers;
  return {
    name: "nats",
    look: () =>
      look(config).catch((error) => {
        throw natsProblem(error, loaded);
      }),
  };
}

async function lookAtServers(config: HubConfig): Promise<Look> {
  await using bus = await openBus({ ...await busOptions(config), name: "hub doctor" });
  const ms = await bus.ping();
  const found = `connected to version ${bus.serverVersion}, answers in ${ms.toFixed(1)} ms`;
  return { status: "ok", found };
}

async function lookAtProgram({ nats, dataDir }: HubConfig): Promise<Look> {
  const cache = join(resolve(dataDir), "cache");
  const { found: program, passedOver } = nats.server === undefined
    ? await installedServer(cache)
    : { found: await configuredServer(nats.server), passedOver: [] };
  if (program) {
    return { status: "ok", found: `nats-server ${program.version} (${program.path}) will do` };
  }
  const old = passedOver.map((what) => `; ${what} is too old`).join("");
  return {
    status: "warning",
    found: `no nats-server ${MINIMUM_NATS_VERSION} or newer on PATH or in ${cache}${old}`,
    advice: "The start fetches one, or says how to install it.",
  };
}
