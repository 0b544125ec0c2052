import { join } from "node:path";
import { runningHub } from "./data_directory.ts";
import { NATS_USER } from "./nats_process.ts";

/** How to reach the nats-server of the hub that runs with a data directory. */
export interface RunningNats {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Modules that declare the hub's kinds of actors. */
  readonly kinds: readonly string[];
}

/** Finds the embedded nats-server of a running hub; `undefined` when no hub runs there, or none with one. */
export async function runningNats(dataDir: string): Promise<RunningNats | undefined> {
  const hub = await runningHub(dataDir);
  if (hub?.natsUrl === undefined) return undefined;
  // Read by those alone who may read the data.
  const password = await Deno.readTextFile(join(dataDir, "secrets", "nats"));
  return { url: hub.natsUrl, user: NATS_USER, password, kinds: hub.kinds ?? [] };
}
