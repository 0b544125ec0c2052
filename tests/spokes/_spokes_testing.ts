/** Spokes and clients of real nodes, as the tests of the SDK use them. */
import {
  type Client,
  type ClientOptions,
  connectClient,
  type ConnectionStatus,
  connectSpoke,
  operation,
  type Spoke,
  type SpokeOptions,
} from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import type { RoutingNode } from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";

/** Waits short enough for a test. */
export const HASTE = { initialMs: 100, maxMs: 1_000, floorMs: 10 } as const;

/** A program that a test disposes of. */
export type Held<T> = T & AsyncDisposable & {
  /** All that was told of its connection. */
  readonly told: readonly ConnectionStatus[];
};

/** Tells who called with what. */
export const echo = operation({
  name: "test/echo",
  type: "query",
  input: Type.Object({ text: Type.String() }),
  handler: ({ text }, { caller }) => ({ text, for: caller?.id ?? null }),
});

/** Connects a spoke `name`, which offers {@linkcode echo} unless it is told otherwise. */
export async function spokeOf(
  where: Pick<RoutingNode, "url"> | string,
  name: string,
  options: Partial<SpokeOptions> = {},
): Promise<Held<Spoke>> {
  const url = typeof where === "string" ? where : where.url;
  const told: ConnectionStatus[] = [];
  const spoke = await connectSpoke({
    ...{ url, key: `node:${name}`, operations: [echo], reconnect: HASTE },
    onStatus: (status) => told.push(status),
    ...options,
  });
  return held(spoke, told);
}

/** Connects `ann`, who may call spokes. */
export function clientOf(
  where: Pick<RoutingNode, "url"> | string,
  options: Partial<ClientOptions> = {},
): Held<Client> {
  const url = typeof where === "string" ? where : where.url;
  const told: ConnectionStatus[] = [];
  const client = connectClient({
    ...{ url, key: "ann|spokes:call,top", reconnect: HASTE },
    onStatus: (status: ConnectionStatus) => told.push(status),
    ...options,
  } as ClientOptions); // a part of one kind over another is a whole of that other
  return held(client, told);
}

function held<T extends Client>(program: T, told: ConnectionStatus[]): Held<T> {
  return Object.defineProperties(program, {
    told: { value: told },
    [Symbol.asyncDispose]: { value: () => program.close({ drainMs: 0 }) },
  }) as Held<T>; // as just defined
}

/** Waits until a node can call a spoke. */
export async function known(node: RoutingNode, ...spokes: string[]): Promise<void> {
  await until(() => spokes.every((spoke) => node.routing.index.get(spoke) !== undefined), {
    what: `${node.node} to know ${spokes}`,
  });
}
