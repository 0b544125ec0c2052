/**
 * The node of `spokes_scale.ts` that joins: `_spokes_joining.ts REALM OPERATION`. Prints one line of
 * JSON with what that cost.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { OperationRegistry, registryView } from "@alkdev/operations";
import { joinMembership, openBus } from "@hub/bus";
import { createExportRules, DEFAULT_EXPORT_RULES } from "../src/routing/export_rules.ts";
import { openRouting, type Routing } from "../src/routing/open_routing.ts";
import { openSearch } from "../src/search/mod.ts";

/** What joining cost. */
export interface JoinReport {
  readonly spokes: number;
  readonly joinedMs: number;
  /** Of a processor: what joining takes on a machine that does something else, too. */
  readonly joinedCpuMs: number;
  /** Of the process, before it knew any spoke and after it knew all. */
  readonly idleBytes: number;
  readonly fullBytes: number;
  /** Of the heap alone, after a collection. */
  readonly idleHeapBytes: number;
  readonly fullHeapBytes: number;
  readonly byNamePerSecond: number;
  readonly anyPerSecond: number;
  /** Once each spoke was looked up. */
  readonly usedBytes: number;
  readonly usedHeapBytes: number;
  /** What the search over all of it takes on top. */
  readonly searchMs: number;
  readonly searchHeapBytes: number;
}

const LOOKUPS = 200_000;
const [realm = "", operation = ""] = Deno.args;
const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "";

const collect: unknown = Reflect.get(globalThis, "gc");
if (typeof collect !== "function") throw new Error("Run it with --v8-flags=--expose-gc");

function memory(): { rss: number; heapUsed: number } {
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
  return Deno.memoryUsage();
}

function lookupsPerSecond({ view }: Routing, names: readonly string[]): number {
  const startedAt = performance.now();
  let found = 0;
  for (let i = 0; i < LOOKUPS; i++) {
    if (view.external(names[i % names.length] ?? "") !== undefined) found += 1;
  }
  if (found !== LOOKUPS) throw new Error(`${LOOKUPS - found} lookups found nothing`);
  return LOOKUPS / (performance.now() - startedAt) * 1_000;
}

await using bus = await openBus({ servers, name: "joins", realm });
await using membership = await joinMembership(bus, { node: "joins" });
const base = registryView(new OperationRegistry());
const idle = memory();
const startedAt = performance.now(), cpuBefore = cpuUsage();
await using routing = await openRouting({ bus, membership, base, exports: DEFAULT_EXPORT_RULES });
const joinedMs = performance.now() - startedAt;
const { user, system } = cpuUsage(cpuBefore);
const full = memory();
const names = Array.from(routing.index.entries(), ({ peerId }) => `${peerId}/${operation}`);
const byNamePerSecond = lookupsPerSecond(routing, names);
const anyPerSecond = lookupsPerSecond(routing, [`any/${operation}`]);
const used = memory();
const searchStartedAt = performance.now();
const exports = createExportRules(DEFAULT_EXPORT_RULES);
using search = openSearch({ own: [], spokes: routing.index, exports });
const searchMs = performance.now() - searchStartedAt;
const searchHeapBytes = memory().heapUsed - used.heapUsed;
if (search.size.documents === 0) throw new Error("Nothing can be found");
const report: JoinReport = {
  ...{
    spokes: routing.index.size,
    joinedMs,
    joinedCpuMs: (user + system) / 1_000,
    byNamePerSecond,
    anyPerSecond,
  },
  ...{ idleBytes: idle.rss, idleHeapBytes: idle.heapUsed },
  ...{ fullBytes: full.rss, fullHeapBytes: full.heapUsed },
  ...{ searchMs, searchHeapBytes },
  ...{ usedBytes: used.rss, usedHeapBytes: used.heapUsed },
};
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
