/**
 * What a server that was cut off from the others may be believed.
 *
 * @module
 */
import { rejects, strictEqual } from "node:assert/strict";
import {
  actorSubject,
  type Bus,
  BusError,
  deleteRealm,
  ensureStreams,
  openBus,
  openLastSequences,
  streamName,
  WrongLastSequence,
} from "@hub/bus";
import { jetstreamManager } from "@nats-io/jetstream";
import { testEnvironment } from "../harness/environment.ts";
import { testRealm } from "../harness/realm.ts";
import { until } from "../harness/until.ts";
import { type ClusterServer, startCluster } from "./cluster.ts";

/** The server that leads stream `EVENTS`, as whoever is asked knows. */
async function leaderOf(bus: Bus): Promise<string | undefined> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  return (await manager.streams.info(streamName(bus.realm, "EVENTS"))).cluster?.leader;
}

Deno.test("a leader that is cut off does not say that nothing was stored, which its successor has stored", async () => {
  await using cluster = await startCluster(testEnvironment().natsServer, "replicated");
  const { servers } = cluster;
  const realm = testRealm();
  await using stack = new AsyncDisposableStack();
  const open = async ({ url, name }: Pick<ClusterServer, "url" | "name">) =>
    stack.use(await openBus({ servers: [url], name, realm, reconnectWaitMs: 50 }));
  const [first] = servers;
  if (first === undefined) throw new Error("No servers");
  const any = await until(() => open(first), { what: "a server" });
  await ensureStreams(any.connection, { realm, replicas: 3 });
  const name = await until(() => leaderOf(any), { what: "a leader" });
  const leader = servers.find((one) => one.name === name);
  const other = servers.find((one) => one.name !== name);
  if (leader === undefined || other === undefined) throw new Error(`No server is called ${name}`);

  const [there, here] = [await open(leader), await open(other)];
  const subject = actorSubject(realm, { kind: "k", id: "a" });
  const isLast = (bus: Bus, seq: number) =>
    openLastSequences(bus).isLast("EVENTS", { subject, seq });
  strictEqual(await until(() => isLast(there, 0), { what: "followers to be heard" }), true);
  const { seq: one } = await there.requests.publish(subject, "one");
  for (const bus of [there, here]) strictEqual(await isLast(bus, one), true);
  strictEqual(await isLast(here, 0), false);

  leader.isolate("swallow");
  const two = await until(async () => {
    try {
      const expected = { expectedLastSubjectSequence: one, timeoutMs: 500 };
      return (await here.requests.publish(subject, "two", expected)).seq;
    } catch (error) {
      // An attempt without an answer was stored after all.
      if (error instanceof WrongLastSequence) return error.found;
      throw error;
    }
  }, { what: "a successor", timeoutMs: 30_000 });
  strictEqual(await until(() => isLast(here, two), { what: "the successor's word" }), true);
  // What it has missed is in nobody's log, if this is believed.
  await rejects(isLast(there, one), (error) => error instanceof BusError && error.retryable);

  leader.rejoin();
  strictEqual(
    await until(() => isLast(there, two), { what: "one leader", timeoutMs: 30_000 }),
    true,
  );
  await deleteRealm(here.connection, realm);
});
