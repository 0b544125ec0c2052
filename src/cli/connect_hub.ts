/**
 * The way from a command to the hub that is meant: the one that runs with this data directory, or
 * the one whose NATS the configuration names.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Bus, BusError, openBus } from "@hub/bus";
import type { Command } from "commander";
import { resolve } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import { runningNats } from "../embedded/running_nats.ts";
import { createHubCaller, type HubCaller } from "../operations/hub_caller.ts";
import { busOptions } from "../start_bus.ts";
import { addConfigOptions, configOf } from "./config_options.ts";
import { safeText } from "./actor_text.ts";

const NAME = "hub command line";
const SETTINGS = ["dataDir", "realm", "kinds", "nats.url", "nats.user", "nats.credsFile"];

/** A connection to the hub's NATS. */
export interface HubConnection extends AsyncDisposable {
  readonly bus: Bus;
  readonly caller: HubCaller;
  /** Modules of kinds: those that the configuration names, or else those of the running hub. */
  readonly kinds: readonly string[];
}

/** Adds the options that say which hub is meant. */
export function addHubOptions(command: Command): Command {
  return addConfigOptions(command, (path) => SETTINGS.includes(path));
}

/**
 * Connects to the hub that the options mean.
 *
 * @throws {Error} that says what to do when there is none.
 */
export async function connectHub(
  options: Readonly<Record<string, unknown>>,
): Promise<HubConnection> {
  const { config } = await configOf(options);
  const running = config.nats.url === undefined ? await embeddedNats(config) : undefined;
  const bus = await openBus({
    ...await busOptions({ ...config, nats: { ...config.nats, ...running?.nats } }),
    name: NAME,
  });
  return {
    bus,
    caller: createHubCaller(bus),
    kinds: config.kinds.length > 0 ? config.kinds : running?.kinds ?? [],
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

async function embeddedNats({ dataDir }: HubConfig) {
  const found = await runningNats(resolve(dataDir));
  if (found === undefined) {
    throw new Error(
      `No hub with a NATS of its own runs in ${dataDir}. Start one with "deno task start", or say ` +
        "with HUB_DATA_DIR where it runs, or with NATS_URL which NATS it uses.",
    );
  }
  const { kinds, ...nats } = found;
  return { kinds, nats };
}

/** Runs `act` with a connection, and tells a failure in words for people. */
export async function withHub<T>(
  options: Readonly<Record<string, unknown>>,
  act: (hub: HubConnection) => Promise<T>,
): Promise<T> {
  await using hub = await connectHub(options);
  try {
    return await act(hub);
  } catch (error) {
    throw explained(error);
  }
}

/** A failure of a call, in words for people. */
export function explained(error: unknown): unknown {
  if (error instanceof BusError && error.code === "NO_RESPONDERS") {
    return new Error(
      'No hub answers at this NATS. Start one with "deno task start", in the same realm.',
      { cause: error },
    );
  }
  if (!(error instanceof CallError)) return error;
  return new Error(`${error.code}: ${safeText(reasonIn(error))}${advice(error)}`, { cause: error });
}

function advice({ code, retryable }: CallError): string {
  if (code === "KIND_NOT_FOUND") return ". Start the hub with --kinds FILE to host more kinds";
  return retryable ? " (it may be tried again)" : "";
}

/** Input that does not fit is described in the details, the message is the same for all. */
function reasonIn({ message, details }: CallError): string {
  if (typeof details !== "object" || details === null || !("errors" in details)) return message;
  const { errors } = details;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== "object" || first === null || !("message" in first)) return message;
  return "path" in first && first.path !== ""
    ? `${first.path}: ${first.message}`
    : `${first.message}`;
}
