/**
 * Three nats-servers that form a cluster, of which each can be cut off from the others.
 *
 * @module
 */
import { freePort, type NatsNode, startNatsNode } from "../harness/nats.ts";
import { type Proxy, startProxy } from "../harness/proxy.ts";

/** A server of the cluster. */
export interface ClusterServer extends NatsNode {
  /** Parts it from the other servers, not from its clients; `swallow`: as if packets were lost. */
  isolate(how: "cut" | "swallow"): void;
  /** Lets it speak to the others again. */
  rejoin(): void;
}

/** The cluster; its servers keep their data in folders of their own. */
export interface Cluster extends AsyncDisposable {
  readonly servers: readonly ClusterServer[];
  /** All URLs, separated by commas. */
  readonly url: string;
}

/** What the servers promise: whether each waits for its disk before it acknowledges. */
export type ChaosDurability = "replicated" | "synced";

const SIZE = 3;

/** A route from one server to another goes through a relay of its own. */
interface Route {
  readonly from: number;
  readonly to: number;
  readonly relay: Proxy;
}

/** Starts a cluster. */
export async function startCluster(
  program: string,
  durability: ChaosDurability,
): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const all = Array.from({ length: SIZE }, (_, at) => at);
  const ports = all.map(() => freePort());
  const routes: Route[] = all.flatMap((from) =>
    all.filter((to) => to !== from).map((to) => ({
      ...{ from, to },
      relay: stack.use(startProxy({ port: ports[to] ?? 0 })),
    }))
  );
  // Nobody may learn of a way around the relays; port 9 is where nobody listens.
  const sync = durability === "synced" ? "sync_interval: always" : "";
  const config = (at: number) => `
    jetstream { max_memory_store: 1TB, max_file_store: 1TB, ${sync} }
    cluster {
      name: chaos
      listen: "127.0.0.1:${ports[at]}"
      advertise: "127.0.0.1:9"
      no_advertise: true
      routes: [${
    routes.filter(({ from }) => from === at)
      .map(({ relay }) => `"nats://127.0.0.1:${relay.port}"`).join()
  }]
    }`;
  const nodes = await Promise.all(
    all.map((at) =>
      startNatsNode({ program, name: `s${at + 1}`, jetStream: false, config: config(at) })
    ),
  );
  for (const node of nodes) stack.use(node);
  const parts = stack.move();
  return {
    servers: nodes.map((node, at) => withIsolation(node, relaysOf(routes, at))),
    url: nodes.map(({ url }) => url).join(),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

function relaysOf(routes: readonly Route[], at: number): Proxy[] {
  return routes.filter(({ from, to }) => from === at || to === at).map(({ relay }) => relay);
}

function withIsolation(node: NatsNode, relays: readonly Proxy[]): ClusterServer {
  return {
    ...node,
    isolate(how) {
      for (const relay of relays) how === "cut" ? relay.cut() : relay.freeze();
    },
    rejoin() {
      for (const relay of relays) relay.heal();
    },
  };
}
