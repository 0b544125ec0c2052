/**
 * What actors cost in memory: a node touches many of them once, and lets them go.
 *
 *     HUB_TEST_NATS_URL=… deno run -A --v8-flags=--expose-gc bench/actors_memory.ts [COUNT]
 *
 * @module
 */
import { deleteRealm, ensureStreams, joinMembership, openBus } from "@hub/bus";
import { openHost } from "../actors/runtime/mod.ts";
import { benchCounter } from "./_actors_kind.ts";

const COUNT = Number(Deno.args[0] ?? 100_000), CALLERS = 256;
const servers = Deno.env.get("HUB_TEST_NATS_URL");
if (servers === undefined) throw new Error("HUB_TEST_NATS_URL is not set");
const realm = `bench-${crypto.randomUUID().slice(0, 13)}`;

await using bus = await openBus({ servers, name: "bench", realm });
await ensureStreams(bus.connection, { realm });
await using membership = await joinMembership(bus, { node: "n1" });
const kind = { ...benchCounter, passivateAfterMs: 40_000 };
await using host = await openHost({ bus, membership, kinds: [kind], maxActors: COUNT });

const collect: unknown = Reflect.get(globalThis, "gc");
if (typeof collect !== "function") throw new Error("Run it with --v8-flags=--expose-gc");

function report(what: string): void {
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
  const { rss, heapUsed } = Deno.memoryUsage();
  const mib = (bytes: number) => Math.round(bytes / 1024 / 1024);
  const line = `${what}: ${host.active} actors, heap ${mib(heapUsed)} MiB, process ${
    mib(rss)
  } MiB\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
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
while (host.active > 0) await new Promise((resolve) => setTimeout(resolve, 500));
report("passivated");
await deleteRealm(bus.connection, realm);
