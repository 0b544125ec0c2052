/**
 * Lets faults happen, and puts right what they did.
 *
 * @module
 */
import type { Cluster, ClusterServer } from "./cluster.ts";
import { delay } from "./delay.ts";
import type { Fault, HUB_FAULTS, SERVER_FAULTS } from "./faults.ts";
import type { ChaosHub } from "./hubs.ts";

/** A fault that begins, and resolves with what ends it. */
type Begin = () => Promise<() => Promise<void> | void>;

/** How long faults go on, and who is told of them. */
export interface InjectOptions {
  readonly until: () => boolean;
  readonly onFault: (what: string) => void;
}

/** Lets one fault after the other happen to hubs. */
export async function injectHubFaults(
  faults: Iterator<Fault<(typeof HUB_FAULTS)[number]>, never>,
  { hubs, ...options }: InjectOptions & { readonly hubs: readonly ChaosHub[] },
): Promise<void> {
  await inject(faults, {
    ...options,
    begin: ({ act, targets }) => onHubs(act, targets.flatMap((at) => hubs[at] ?? [])),
    name: (at) => hubs[at]?.name,
  });
}

/** Lets one fault after the other happen to servers. */
export async function injectServerFaults(
  faults: Iterator<Fault<(typeof SERVER_FAULTS)[number]>, never>,
  { cluster: { servers }, ...options }: InjectOptions & { readonly cluster: Cluster },
): Promise<void> {
  await inject(faults, {
    ...options,
    begin: ({ act, targets }) => onServers(act, targets.flatMap((at) => servers[at] ?? [])),
    name: (at) => servers[at]?.name,
  });
}

interface Lane<Act extends string> extends InjectOptions {
  readonly begin: (fault: Fault<Act>) => Begin;
  readonly name: (at: number) => string | undefined;
}

async function inject<Act extends string>(
  faults: Iterator<Fault<Act>, never>,
  { until, onFault, begin, name }: Lane<Act>,
): Promise<void> {
  while (!until()) {
    const fault = faults.next().value;
    const { act, targets, holdMs, restMs } = fault;
    onFault(`${act} ${targets.map(name).join(" ")} for ${holdMs} ms`);
    const putRight = await begin(fault)();
    await delay(holdMs);
    await putRight();
    await delay(restMs);
  }
}

function onHubs(act: (typeof HUB_FAULTS)[number], hubs: readonly ChaosHub[]): Begin {
  const each = (does: (hub: ChaosHub) => Promise<void> | void) => Promise.all(hubs.map(does));
  const startAll = async () => void await each((hub) => hub.start());
  switch (act) {
    case "kill":
    case "kill all":
      return async () => {
        await each((hub) => hub.end("SIGKILL"));
        return startAll;
      };
    case "drain":
      return async () => {
        await each((hub) => hub.end("SIGTERM"));
        return startAll;
      };
    case "stop":
      return async () => {
        await each((hub) => hub.signal("SIGSTOP"));
        return async () => void await each((hub) => hub.signal("SIGCONT"));
      };
    case "cut":
    case "freeze":
      return async () => {
        await each((hub) => hub.part(act));
        return async () => void await each((hub) => hub.heal());
      };
  }
}

function onServers(act: (typeof SERVER_FAULTS)[number], servers: readonly ClusterServer[]): Begin {
  const each = (does: (server: ClusterServer) => Promise<void> | void) =>
    Promise.all(servers.map(does));
  switch (act) {
    case "kill":
    case "kill two":
    case "kill all":
      return async () => {
        await each((server) => server.kill());
        return async () => void await each((server) => server.restart());
      };
    case "stop":
      return async () => {
        await each((server) => server.signal("SIGSTOP"));
        return async () => void await each((server) => server.signal("SIGCONT"));
      };
    case "cut":
    case "swallow":
      return async () => {
        await each((server) => server.isolate(act));
        return async () => void await each((server) => server.rejoin());
      };
  }
}
