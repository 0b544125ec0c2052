/**
 * What a call over HTTP to a spoke costs a processor, process by process: through a relay without any
 * logic, and through the hub. Caller and spoke are the same on both ways. What else the machine does
 * tells less in this than in times, and still something: caches are cold after it. Prints a table.
 *
 *     deno task bench bench/http_cost.ts [--rounds N] [--ms N]
 *
 * @module
 */
import type { HttpLoad } from "./_http_load.ts";
import { startBenchHub } from "./_hubs.ts";
import { say } from "./_load.ts";
import { type Peer, startPeer } from "./_peers.ts";
import { processorTime } from "./_processor_time.ts";
import { roundsOf } from "./_rounds.ts";
import { markdownTable, round } from "./_table.ts";

const BATCH = 16;
const LOADS = [
  { name: "a call, 1 caller", path: "/call", callers: 1, calls: 1 },
  { name: "calls, 64 callers", path: "/call", callers: 64, calls: 1 },
  { name: `batches of ${BATCH}, 8 callers`, path: "/batch", callers: 8, calls: BATCH },
] as const;
/** Nothing is counted before what is there is compiled: that takes some ten thousand calls. */
const WARM_MS = 5_000;
const input = { text: "x".repeat(100) };

/** One of the ways, and who works on it. */
interface Way {
  readonly name: string;
  readonly address: string;
  readonly headers: readonly string[];
  readonly call: object;
  readonly server: number;
  readonly spoke: number;
}

await using stack = new AsyncDisposableStack();
const start = async (script: string, ...args: string[]): Promise<Peer> =>
  stack.use(await startPeer({ script, args }));
const ways = [await relayed(), await throughHub()], rounds = roundsOf(Deno.args);
const table = [["load", "way", "caller", "relay or hub", "spoke"]];
for (const load of LOADS) {
  for (const way of ways) {
    const spent = await spentBy(way, load);
    table.push([load.name, way.name, ...spent.map((ms) => `${round(ms * 1000)} µs`)]);
  }
}
say(markdownTable(table));

async function relayed(): Promise<Way> {
  const relay = await start("_http_peer.ts", "relay");
  const [address = "", spokeUrl = ""] = relay.said.split(" ");
  const spoke = await start("_call_peer.ts", "spoke", spokeUrl, "dev0", "any token");
  const call = { operationId: "/test/echo", input };
  return { name: "relay", address, headers: [], call, server: relay.pid, spoke: spoke.pid };
}

async function throughHub(): Promise<Way> {
  const hub = stack.use(await startBenchHub()), [address = ""] = hub.urls;
  const server = hub.processes.at(-1) ?? 0;
  await hub.startSpoke("dev1");
  const headers = [`authorization: Bearer ${await hub.key("spokes:call")}`];
  const call = { operation: "/dev1/test/echo", input };
  return { name: "hub", address, headers, call, server, spoke: hub.processes.at(-1) ?? 0 };
}

/** Milliseconds of a processor for one call: of the caller, of what is between, and of the spoke. */
async function spentBy(way: Way, load: typeof LOADS[number]): Promise<number[]> {
  const { address, headers, call, server, spoke } = way, { path, callers, calls } = load;
  const body = JSON.stringify(calls === 1 ? call : Array.from({ length: calls }, () => call));
  const asked: HttpLoad = {
    ...{ address, callers, expected: input.text },
    request: { path, headers, body },
  };
  await using caller = await startPeer({ script: "_http_load.ts", args: [JSON.stringify(asked)] });
  await caller.drive({ callers, ms: WARM_MS });
  const processes = [caller.pid, server, spoke];
  const used = () => Promise.all(processes.map((pid) => processorTime([pid])));
  const before = await used(),
    done = await caller.drive({ callers, ms: rounds.rounds * rounds.ms });
  return (await used()).map((ms, at) => (ms - (before[at] ?? 0)) / (done.calls * calls));
}
