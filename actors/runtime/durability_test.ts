import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { type Address, type Bus, streamName } from "@hub/bus";
import { inBackground } from "../../tests/harness/background.ts";
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

/**
 * Commands that a caller may be ahead of another one of the same actor: whoever is held up while the
 * others go on must not come back when the actor has forgotten its command.
 */
const AHEAD = 200;

/** Callers that note what was acknowledged to them. */
function startCallers(nodes: readonly TestNode[]) {
  const acknowledged: { address: Address; id: string }[] = [];
  const callers = inBackground((goesOn) => {
    const call = async (node: TestNode, address: Address, from: number) => {
      for (let i = from; goesOn() && i < from + AHEAD; i++) {
        const id = `${node.node}-${i}`;
        await sendUntilAnswered(() => node.send(address, { type: "ADD", n: 1 }, id));
        acknowledged.push({ address, id });
      }
    };
    return addresses.map(async (address) => {
      for (let from = 0; goesOn(); from += AHEAD) {
        await Promise.all(nodes.map((node) => call(node, address, from)));
      }
    });
  });
  return {
    ...callers,
    acknowledged,
    async more(count: number, what: string) {
      const enough = acknowledged.length + count;
      await callers.until(() => acknowledged.length >= enough, { what, timeoutMs: 60_000 });
    },
  };
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
  await using callers = startCallers([one, two]);
  for (let round = 0; round < 3; round++) {
    await callers.more(50, "commands");
    nats.signal("SIGKILL");
    await nats.restart();
  }
  await callers.more(50, "commands in the end");
  await callers.stop();
  await checkAcknowledged(world.bus, callers.acknowledged);
});

/**
 * Who leads the log and who follows, once every stream has all its copies: before that, one server
 * may be the only one that has what everybody needs.
 */
async function serversOf({ bus }: { readonly bus: Bus }, nodes: readonly NatsNode[]) {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const streams = await manager.streams.list().next();
  for (const { config, cluster } of streams) {
    const current = cluster?.replicas?.filter((one) => one.current && !one.offline).length;
    ok(cluster?.leader && current === 2, `all three have ${config.name}`);
  }
  const log = streams.find(({ config }) => config.name === streamName(bus.realm, "EVENTS"));
  const leader = nodes.find(({ name }) => name === log?.cluster?.leader);
  const follower = nodes.find(({ name }) => name !== log?.cluster?.leader);
  ok(leader && follower, "the log has a leader");
  return { leader, follower };
}

Deno.test("what three servers acknowledged is in the log after any one of them is killed, the leader included", async () => {
  await using cluster = await startNatsCluster({ program: testEnvironment().natsServer });
  await using world = await createWorld({ kinds, servers: cluster.url, replicas: 3 });
  const options = { kinds, realm: world.realm, servers: cluster.url, ttlMs: 5_000 };
  await using one = await startNode("n1", options);
  await using two = await startNode("n2", options);
  await using callers = startCallers([one, two]);
  for (const which of ["leader", "follower", "leader"] as const) {
    await callers.more(50, "commands");
    const servers = await until(() => serversOf(world, cluster.nodes), {
      what: "replicas",
      timeoutMs: 60_000,
    });
    servers[which].signal("SIGKILL");
    await callers.more(50, `commands without the ${which}`);
    await servers[which].restart();
  }
  await callers.stop();
  // What is read below is asked once.
  await until(() => serversOf(world, cluster.nodes), {
    what: "replicas in the end",
    timeoutMs: 60_000,
  });
  await checkAcknowledged(world.bus, callers.acknowledged);
});
