/**
 * What telling of calls costs a processor: the same calls of a spoke's operation, over WebSockets, on
 * hubs that tell of none, that tell whoever follows them, and that keep a history as well. Prints a
 * table; what counts is its last column, which a busy machine changes least.
 *
 *     deno task bench bench/call_events.ts [--rounds N] [--ms N]
 *
 * @module
 */
import { compare } from "./compare/_compare.ts";
import { startBenchHub } from "./_hubs.ts";
import { drive, say } from "./_load.ts";
import type { Way } from "./_rounds.ts";
import { connectWsCaller } from "./_ws_caller.ts";

const LOADS = [1, 64];
const CALLERS = Math.max(...LOADS);
const SPOKE = "dev1";

await using stack = new AsyncDisposableStack();
const ways = [
  await way("nothing is told", { events: false, retentionHours: 0 }),
  await way("calls are told", { events: true, retentionHours: 0 }),
  await way("calls are told and kept", { events: true, retentionHours: 1 }),
];
const cases = LOADS.map((callers) => ({
  ...{ callers, ways },
  name: `${callers} ${callers === 1 ? "caller" : "callers"}`,
}));
say(await compare(cases, Deno.args));

/** Calls of a spoke of a hub that tells of them so; each caller has a key and a connection of its own. */
async function way(name: string, calls: object): Promise<Way> {
  const hub = stack.use(await startBenchHub({ config: { calls } }));
  await hub.startSpoke(SPOKE);
  const url = `${hub.urls[0]?.replace(/^http/, "ws")}/ws`;
  const connected = await Promise.all(Array.from({ length: CALLERS }, async () => {
    return stack.use(await connectWsCaller(url, await hub.key("spokes:call")));
  }));
  const run: Way["run"] = (load) =>
    drive(async (caller) => await connected[caller]?.call(`/${SPOKE}/test/echo`), load);
  return { name, processes: hub.processes, run };
}
