import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { type Address, type Bus, streamName } from "@hub/bus";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { type NatsNode, startNatsCluster, startNatsNode } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import {
  createWorld,
  eventsOf,
  sendUntilAnswered,
  startNode,
  type TestNode,
} from "./_nodes_testing.ts";

const kinds = [counter];
const addresses = ["a", "b", "c", "d"].map((id): Address => ({ kind: "counter", id }));

/** Callers that note what was acknowledged to them. */
function startCallers(nodes: readonly TestNode[]) {
  const acknowledged: { address: Address; id: string }[] = [];
  let stopped = false;
  const callers = nodes.flatMap((node) =>
    addresses.map(async (address) => {
      for (let i = 0; !stopped; i++) {
        const id = `${node.node}-${i}`;
        await sendUntilAnswered(() => node.send(address, { type: "ADD", n: 1 }, id));
        acknowledged.push({ address, id });
      }
    })
  );
  const more = async (count: number, what: string) => {
    const enough = acknowledged.length + count;
    await until(() => acknowledged.length >= enough, { what, timeoutMs: 40_000 });
  };
  const stop = async () => {
    stopped = true;
    await Promise.all(callers);
    return acknowledged;
  };
  return { more, stop };
}

/** Everything that was acknowledged is in the log, and nothing is there twice. */
async function checkAcknowledged(
  bus: Bus,
  acknowledged: readonly { address: Address; id: string }[],
): Promise<void> {
  for (const address of addresses) {
    const ids = (await eventsOf(bus, address)).map(({ id }) => id);
    strictEqual(new Set(ids).size, ids.length, "nothing twice");
    const logged = new Set(ids);
    const mine = acknowledged.filter((one) => one.address === address);
    deepStrictEqual(mine.filter(({ id }) => !logged.has(id)), [], "nothing lost");
  }
}

Deno.test("what one server acknowledged is in the log after the server is killed at once, again and again", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using world = await createWorld({ kinds, servers: nats.url });
  const options = { kinds, realm: world.realm, servers: nats.url, ttlMs: 3_000 };
  await using one = await startNode("n1", options);
  await using two = await startNode("n2", options);
  const callers = startCallers([one, two]);
  for (let round = 0; round < 3; round++) {
    await callers.more(50, "commands");
    nats.signal("SIGKILL");
    await nats.restart();
  }
  await callers.more(50, "commands in the end");
  const acknowledged = await callers.stop();
  await checkAcknowledged(world.bus, acknowledged);
});

async function serversOf({ bus }: { readonly bus: Bus }, nodes: readonly NatsNode[]) {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const { cluster } = await manager.streams.info(streamName(bus.realm, "EVENTS"));
  const leader = nodes.find(({ name }) => name === cluster?.leader);
  const follower = nodes.find(({ name }) => name !== cluster?.leader);
  const current = cluster?.replicas?.filter((one) => one.current).length;
  ok(leader && follower && current === 2, "all three are in step");
  return { leader, follower };
}

Deno.test("what three servers acknowledged is in the log after any one of them is killed, the leader included", async () => {
  await using cluster = await startNatsCluster({ program: testEnvironment().natsServer });
  await using world = await createWorld({ kinds, servers: cluster.url, replicas: 3 });
  const options = { kinds, realm: world.realm, servers: cluster.url, ttlMs: 5_000 };
  await using one = await startNode("n1", options);
  await using two = await startNode("n2", options);
  const callers = startCallers([one, two]);
  for (const which of ["leader", "follower", "leader"] as const) {
    await callers.more(50, "commands");
    const servers = await until(() => serversOf(world, cluster.nodes), { what: "replicas" });
    servers[which].signal("SIGKILL");
    await callers.more(50, `commands without the ${which}`);
    await servers[which].restart();
  }
  const acknowledged = await callers.stop();
  await checkAcknowledged(world.bus, acknowledged);
});
