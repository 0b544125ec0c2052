import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { type Address, BUCKETS, bucketStreamName, type Bus, streamName, STREAMS } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import { counted } from "./_counted.ts";
import { counter } from "./_counter.ts";
import { sendUntilAnswered, startNode } from "./_nodes_testing.ts";
import { createActorLister } from "./list_actors.ts";
import { openActorLog } from "./log.ts";
import { type LoggedEvent, START } from "./record.ts";

/** `HUB_TEST_MANY_ACTORS=1000000` for the million, which takes minutes. */
const COUNT = Number(Deno.env.get("HUB_TEST_MANY_ACTORS") ?? 100_000);
const WRITERS = 512;
const kinds = [counter];
const at = (i: number): Address => ({ kind: "counter", id: `a${String(i).padStart(7, "0")}` });

/** Writes what a node writes for an actor that was sent `ADD {n}`, without a node. */
async function writeActors(bus: Bus, from: number): Promise<void> {
  const log = await openActorLog(bus);
  let next = from;
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    for (let i = next++; i < COUNT; i = next++) {
      const events: LoggedEvent[] = [
        { id: "start", event: START, cause: { from: "start" }, at: 0 },
        { id: "first", event: { type: "ADD", n: i }, cause: { from: "caller" }, at: 0 },
      ];
      await log.append(at(i), { events, version: counter.version, after: 0 });
    }
  }));
}

/** What actors use. `CHUNKS` is in memory, and gone with its server. */
const USED = STREAMS.filter((stream) => stream !== "CHUNKS");

/** That of timers, which all nodes share, and one for each node that follows who is there. */
const FEW = 2;

/** All consumers of a realm. */
async function consumersOf({ connection, realm }: Bus): Promise<number> {
  const manager = await jetstreamManager(connection);
  const names = [
    ...USED.map((stream) => streamName(realm, stream)),
    ...BUCKETS.map((bucket) => bucketStreamName(realm, bucket)),
  ];
  const infos = await Promise.all(names.map((name) => manager.streams.info(name)));
  return infos.reduce((sum, { state }) => sum + state.consumer_count, 0);
}

/** Turns all pages, and sees that the server is not asked for each. */
async function listAll(bus: Bus): Promise<void> {
  const counting = counted(bus);
  using lister = createActorLister(counting.bus);
  let next: string | undefined, expected = 0;
  do {
    const page = await lister.list({ kind: "counter", limit: 1_000, ...(next && { after: next }) });
    for (const { id } of page.addresses) strictEqual(id, at(expected++).id);
    next = page.next;
  } while (next !== undefined);
  strictEqual(expected, COUNT);
  ok(counting.asked <= 1 + COUNT / 100_000, `${counting.asked} requests`);
}

async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await act();
  times.push(`${what}: ${Math.round(performance.now() - startedAt)} ms`);
  return result;
}
const times: string[] = [];

Deno.test(`${COUNT} actors need no more consumers than ten, and a killed server has them all again at once`, async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using world = await testBus({ servers: nats.url, reconnectWaitMs: 20 });
  const { bus } = world, { realm } = bus;
  await using node = await startNode("n1", { kinds, realm, servers: nats.url, ttlMs: 10_000 });
  for (let i = 0; i < 10; i++) await node.send(at(i), { type: "ADD", n: i });
  ok(await consumersOf(bus) <= FEW);
  await timed("write", () => writeActors(bus, 10));
  ok(await consumersOf(bus) <= FEW);
  strictEqual((await timed("list a page", () => node.host.list({ kind: "counter" }))).total, COUNT);
  await timed("list all, page by page", () => listAll(bus));

  nats.signal("SIGKILL");
  await timed("restart until the first answer", async () => {
    await nats.restart();
    await sendUntilAnswered(() => node.send(at(COUNT - 1), { type: "ADD", n: 1 }), {
      timeoutMs: 120_000,
    });
  });
  deepStrictEqual((await node.host.get(at(COUNT - 1)))?.context, { count: COUNT });
  deepStrictEqual((await node.host.get(at(10)))?.context, { count: 10 });
  await until(async () => await consumersOf(bus) <= FEW, { what: "few consumers" });
  // Only who asked for more wants to know.
  if (Deno.env.has("HUB_TEST_MANY_ACTORS")) {
    await Deno.stderr.write(new TextEncoder().encode(`${times.join("\n")}\n`));
  }
});
