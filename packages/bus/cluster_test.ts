import { ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { freePort, randomRealm, startServer, type TestServer, until } from "./_testing.ts";
import { openBus } from "./connect.ts";
import { BusError, WrongLastSequence } from "./errors.ts";
import { joinMembership } from "./membership.ts";
import { ensureStreams } from "./streams.ts";
import { actorSubject, bucketStreamName, streamName } from "./subjects.ts";

/** Starts three servers that form one cluster. */
async function startCluster(): Promise<TestServer[]> {
  const routes = Array.from({ length: 3 }, () => freePort());
  const all = routes.map((port) => `nats://127.0.0.1:${port}`).join(", ");
  return await Promise.all(routes.map((port, i) =>
    startServer({
      name: `n${i}`,
      config: `cluster { name: c, listen: "127.0.0.1:${port}", routes: [${all}] }`,
    })
  ));
}

Deno.test("with three replicas, nothing acknowledged is lost and membership goes on when a leader dies", async () => {
  const servers = await startCluster();
  const realm = randomRealm();
  const urls = servers.map(({ url }) => url);
  const open = (name: string) => openBus({ servers: urls, name, realm, reconnectWaitMs: 50 });
  try {
    await using bus = await open("a");
    await using other = await open("b");
    // Both at once, while the cluster may still be electing its first leader.
    await Promise.all(
      [bus, other].map(({ connection }) => ensureStreams(connection, { realm, replicas: 3 })),
    );
    const manager = await jetstreamManager(bus.connection, { checkAPI: false });
    const { config, cluster } = await manager.streams.info(streamName(realm, "EVENTS"));
    strictEqual(config.num_replicas, 3);
    await using first = await joinMembership(bus, { node: "n1" });
    await using second = await joinMembership(other, { node: "n2" });
    await until(() => first.nodes().length === 2 && second.nodes().length === 2);

    const subject = actorSubject(realm, { kind: "k", id: "a" });
    let last = 0, acknowledged = 0;
    for (let i = 0; i < 50; i++) last = (await bus.requests.publish(subject, `${i}`)).seq;
    const leader = servers[Number(cluster?.leader?.slice(1))];
    ok(leader !== undefined);
    await leader.kill();
    await until(async () => {
      try {
        const expectedLastSubjectSequence = last;
        last = (await bus.requests.publish(subject, "after", {
          expectedLastSubjectSequence,
          timeoutMs: 1_000,
        })).seq;
        return ++acknowledged === 20;
      } catch (error) {
        ok(error instanceof BusError);
        // An attempt without an answer was stored after all.
        if (error instanceof WrongLastSequence && error.found !== undefined) last = error.found;
        return false;
      }
    }, { timeoutMs: 60_000, what: "publishing without the old leader" });
    const stored = await manager.streams.info(streamName(realm, "EVENTS"));
    strictEqual(stored.state.messages, last);
    ok(last >= 70);
    await until(() => [first, second].every((one) => one.isMember() && one.nodes().length === 2), {
      timeoutMs: 60_000,
      what: "both nodes being members again",
    });
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});

Deno.test("a node sees who joins, although the server died on which its watch was", async () => {
  const servers = await startCluster();
  const realm = randomRealm();
  const serverOf = (name: string | undefined) => {
    const server = servers[Number(name?.slice(1))];
    ok(server !== undefined, `a server is called ${name}`);
    return server;
  };
  try {
    await using stack = new AsyncDisposableStack();
    const urls = servers.map(({ url }) => url);
    const open = async (name: string) =>
      stack.use(await openBus({ servers: urls, name, realm, reconnectWaitMs: 50 }));
    const bus = await open("a");
    await ensureStreams(bus.connection, { realm, replicas: 3 });
    const first = stack.use(await joinMembership(bus, { node: "n1", heartbeatMs: 200 }));
    const manager = await jetstreamManager(bus.connection, { checkAPI: false });
    // The watch is the only consumer there is; who serves it may be yet to be elected.
    const watchLeader = await until(async () => {
      const [watch] = await manager.consumers.list(bucketStreamName(realm, "NODES")).next();
      return watch?.cluster?.leader;
    }, { what: "the server of the watch" });
    await serverOf(watchLeader).kill();
    const other = await open("b");
    const second = stack.use(await joinMembership(other, { node: "n2", heartbeatMs: 200 }));
    // The client itself misses its consumer after a minute at the earliest.
    await until(() => [first, second].every((one) => one.isMember() && one.nodes().length === 2), {
      timeoutMs: 60_000,
      what: "both nodes seeing each other",
    });
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});
