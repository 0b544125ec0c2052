/**
 * What actors cost in memory: a node touches many of them once, and lets them go. Prints what V8 holds
 * (the heap that is used, and the heap that it has reserved) and what the process holds, against what
 * the node had before: `passivated` is when the last actor has left, `at rest` when the runtime has
 * found the time to give back what is free.
 *
 *     deno task bench bench/actors_memory.ts [COUNT]
 *
 * @module
 */
import { deleteRealm, ensureStreams, joinMembership, openBus, pause } from "@hub/bus";
import { openHost } from "../actors/runtime/mod.ts";
import { benchCounter } from "./_actors_kind.ts";
import { say } from "./_load.ts";
import { markdownTable } from "./_table.ts";

const COUNT = Number(Deno.args.find((arg) => /^\d+$/.test(arg)) ?? 100_000), CALLERS = 256;
/** V8 gives back what is free within that, in a process that has nothing to do. */
const REST_MS = 30_000;
const MIB = 1024 * 1024;
const servers = Deno.env.get("HUB_TEST_NATS_URL");
if (servers === undefined) throw new Error("HUB_TEST_NATS_URL is not set");
const realm = `bench-${crypto.randomUUID().slice(0, 13)}`;

await using bus = await openBus({ servers, name: "bench", realm });
await ensureStreams(bus.connection, { realm });
await using membership = await joinMembership(bus, { node: "n1" });
const kind = { ...benchCounter, passivateAfterMs: 40_000 };
await using host = await openHost({ bus, membership, kinds: [kind], maxActors: COUNT });

const idleRss = Deno.memoryUsage().rss;
const rows = [["when", "actors in memory", "heap used", "heap reserved", "process", "of idle"]];
const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;

function report(when: string): void {
  const { rss, heapUsed, heapTotal } = Deno.memoryUsage();
  const ofIdle = `${(rss / idleRss).toFixed(2)} ×`;
  rows.push([when, String(host.active), mib(heapUsed), mib(heapTotal), mib(rss), ofIdle]);
}

report("idle");
let next = 0;
await Promise.all(Array.from({ length: CALLERS }, async () => {
  for (let i = next++; i < COUNT; i = next++) {
    await host.send({ kind: "bench", id: `a${i}` }, {
      ...{ id: "c1", event: { type: "ADD", n: 1 }, cause: { from: "caller" } },
    });
  }
}));
report("touched");
while (host.active > 0) await pause(500);
report("passivated");
await pause(REST_MS);
report("at rest");
say(markdownTable(rows));
await deleteRealm(bus.connection, realm);
