/**
 * Hubs as they are started in earnest, each node a process, with a database of its own; and keys and
 * spokes in their books whose limits no benchmark meets.
 *
 * @module
 */
import { openBus } from "@hub/bus";
import { createHubCaller } from "../src/operations/hub_caller.ts";
import { testDatabase } from "../tests/harness/database.ts";
import { testEnvironment } from "../tests/harness/environment.ts";
import { processesWith } from "../tests/harness/process.ts";
import { testRealm } from "../tests/harness/realm.ts";
import { until } from "../tests/harness/until.ts";
import { pathOf, startPeer } from "./_peers.ts";

/** A hub that runs. */
export interface BenchHub extends AsyncDisposable {
  /** Where its nodes answer HTTP. */
  readonly urls: readonly string[];
  /** Of its nodes, its spokes and its NATS server. */
  readonly processes: readonly number[];
  /** Makes a key with these scopes. */
  key(...scopes: string[]): Promise<string>;
  /**
   * Makes a spoke and connects it to the first node: a process that offers `/NAME/test/echo` and
   * `/NAME/test/count`, and that all nodes know when this resolves.
   */
  startSpoke(name: string): Promise<void>;
}

/** What kind of hub. */
export interface BenchHubOptions {
  readonly nodes?: number;
  /** Modules of actors, from the root of the project on. */
  readonly kinds?: readonly string[];
  /** Default: that of the run. */
  readonly natsUrl?: string;
  /** Settings of its nodes, but for where their servers are. */
  readonly config?: object;
}

const LIMIT = { perSecond: 100_000, burst: 100_000 };

/** Starts a hub, node by node: the first makes its streams. */
export async function startBenchHub(options: BenchHubOptions = {}): Promise<BenchHub> {
  const { nodes = 1, kinds = [], natsUrl = testEnvironment().natsUrl, config: given } = options;
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase()), realm = testRealm();
  const config = JSON.stringify({
    ...given,
    ...{ realm, nats: { url: natsUrl }, postgres: { url: database.url }, http: { port: 0 } },
    kinds: kinds.map((path) => pathOf(`../${path}`)),
  });
  const urls: string[] = [], processes = await natsProcesses(natsUrl);
  for (let i = 0; i < nodes; i++) {
    const hub = stack.use(await startPeer({ script: "_hub_peer.ts", args: [config] }));
    urls.push(hub.said);
    processes.push(hub.pid);
  }
  const bus = stack.use(await openBus({ servers: natsUrl, name: "operator", realm }));
  const operator = createHubCaller(bus);
  const key = async (...scopes: string[]) => {
    const asked = { name: crypto.randomUUID(), scopes, limit: LIMIT };
    return told(await operator.call("hub/keys/create", asked), "key");
  };
  const parts = stack.move();
  return {
    ...{ urls, processes, key },
    async startSpoke(peerId) {
      const peer = { peerId, role: "node", roles: ["spoke"], limit: LIMIT };
      await operator.call("hub/peers/create", peer);
      const token = told(await operator.call("hub/peers/add-token", { peerId }), "token");
      const url = `${urls[0]?.replace(/^http/, "ws")}/ws`;
      const args = ["spoke", url, peerId, token];
      processes.push(parts.use(await startPeer({ script: "_call_peer.ts", args })).pid);
      const asking = await key("spokes:call");
      for (const url of urls) {
        await until(() => echoes(url, { peerId, key: asking }), { what: url });
      }
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** The server at an address, as the harness starts it. */
export function natsProcesses(url: string): Promise<number[]> {
  return processesWith(`--port\0${new URL(url).port}\0`);
}

function told(answer: unknown, name: string): string {
  return String(Reflect.get(Object(answer), name));
}

async function echoes(
  url: string,
  { peerId, key }: { readonly peerId: string; readonly key: string },
): Promise<boolean> {
  const answer = await fetch(`${url}/call`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ operation: `/${peerId}/test/echo`, input: { text: "there?" } }),
  });
  await answer.body?.cancel();
  return answer.ok;
}
