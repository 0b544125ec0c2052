/** Hubs of one or more nodes, with identities in their books, and programs that hold their keys. */
import { type Bus, openBus } from "@hub/bus";
import type { FlagValues } from "../../src/config/mod.ts";
import { createHubCaller, type HubCaller } from "../../src/operations/hub_caller.ts";
import { connect, connectSpoke, type Program } from "../../src/routing/_nodes_testing.ts";
import { type Hub, startHub } from "../../src/start_hub.ts";
import { testDatabase } from "../harness/database.ts";
import { testEnvironment } from "../harness/environment.ts";
import { testConfig } from "../harness/hub.ts";
import { testRealm } from "../harness/realm.ts";
import { until } from "../harness/until.ts";

/** Where a node takes WebSockets. */
export type Place = { readonly url: string };

/** A hub that runs, and whoever administers it. */
export interface Hubs extends AsyncDisposable {
  readonly nodes: readonly Place[];
  /** What starts one more node of the same hub. */
  readonly env: Readonly<Record<"NATS_URL" | "DATABASE_URL" | "HUB_REALM", string>>;
  readonly operator: HubCaller;
  readonly bus: Bus;
  /** Makes a key with these scopes, and no limit that a test would meet. */
  key(...scopes: string[]): Promise<string>;
  /** Makes a spoke, and gives its token. */
  spoke(name: string): Promise<string>;
}

const LIMIT = { perSecond: 10_000, burst: 10_000 };

/** Somebody who administers the hub that `env` describes. */
export async function operatorOf(env: Hubs["env"]): Promise<Omit<Hubs, "nodes">> {
  const bus = await openBus({ servers: env.NATS_URL, name: "operator", realm: env.HUB_REALM });
  const operator = createHubCaller(bus);
  const text = (answer: unknown, name: string): string => String(Reflect.get(Object(answer), name));
  let keys = 0;
  return {
    ...{ env, bus, operator },
    key: async (...scopes) => {
      const input = { name: `key ${++keys}`, scopes, limit: LIMIT };
      return text(await operator.call("hub/keys/create", input), "key");
    },
    async spoke(peerId) {
      const peer = { peerId, role: "node", roles: ["spoke"], limit: LIMIT };
      await operator.call("hub/peers/create", peer);
      return text(await operator.call("hub/peers/add-token", { peerId }), "token");
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** A realm and a database that nodes can be started on. */
export async function hubEnvironment(
  natsUrl = testEnvironment().natsUrl,
): Promise<{ readonly env: Hubs["env"] } & AsyncDisposable> {
  const database = await testDatabase();
  return {
    env: { NATS_URL: natsUrl, DATABASE_URL: database.url, HUB_REALM: testRealm() },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Starts a hub of `count` nodes in this process, with settings beside those that all tests have. */
export async function startHubs(count: number, flags: FlagValues = {}): Promise<Hubs> {
  await using stack = new AsyncDisposableStack();
  const { env } = stack.use(await hubEnvironment());
  const started: Hub[] = [];
  for (let i = 0; i < count; i++) {
    const config = await testConfig({
      ...{ realm: env.HUB_REALM, nats: { url: env.NATS_URL }, postgres: { url: env.DATABASE_URL } },
      ...{ http: { port: 0 }, shutdown: { lingerMs: 0 }, ...flags },
    });
    started.push(stack.use(await startHub(config)));
  }
  const world = stack.use(await operatorOf(env));
  const parts = stack.move();
  return {
    ...world,
    nodes: started.map(({ url }) => ({ url: socketUrl(url) })),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** The WebSocket of a node that answers at `url`. */
export function socketUrl(url: string): string {
  return `${url.replace(/^http/, "ws")}/ws`;
}

/** Connects a client. */
export function clientAt({ url }: Place, token: string): Promise<Program> {
  return connect(url, { token });
}

/** Connects a spoke, and waits until it can be called through each of `nodes`. */
export async function spokeAt(
  place: Place,
  { name, token, hubs }: { readonly name: string; readonly token: string; readonly hubs: Hubs },
): Promise<Program> {
  const program = await connectSpoke(place, name, token);
  const asking = await hubs.key("spokes:call");
  for (const node of hubs.nodes) await untilKnown(node, { name, token: asking });
  return program;
}

/** Waits until a spoke can be called through a node. */
export async function untilKnown(
  node: Place,
  { name, token }: { readonly name: string; readonly token: string },
): Promise<void> {
  await using client = await clientAt(node, token);
  await until(() => client.session.call(`/${name}/test/echo`, { text: "there?" }), {
    what: `${name} to be known at ${node.url}`,
  });
}

/** What a call came to: its answer, or the code of its error. */
export async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { code, retryable, message, details } = Object(error);
    return { code, retryable, message, details };
  }
}
