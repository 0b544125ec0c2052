/**
 * Durable counters: an actor of the hub against a virtual object of Restate, with the same load from
 * the same client, in turns. Prints a table.
 *
 *     deno task bench bench/compare/restate.ts [--rounds N] [--ms N]
 *
 * @module
 */
import { ensureStreams, joinMembership, openBus } from "@hub/bus";
import { type Host, openHost } from "../../actors/runtime/mod.ts";
import counter from "../../examples/counter.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { connectHttpCaller, httpWay } from "../_http_caller.ts";
import { startBenchHub } from "../_hubs.ts";
import { drive, say } from "../_load.ts";
import type { Way } from "../_rounds.ts";
import { compare } from "./_compare.ts";
import { RESTATE, type RestateOptions, startRestate } from "./_restate_server.ts";
import { openScratch } from "./_scratch.ts";

const CALLERS = 64;
const CASES = [
  { name: "one counter, 1 caller", callers: 1, counters: 1 },
  { name: `one counter, ${CALLERS} callers`, callers: CALLERS, counters: 1 },
  { name: `${CALLERS} counters, ${CALLERS} callers`, callers: CALLERS, counters: CALLERS },
] as const;
/** What of JetStream differs: when it brings to the disk what it has acknowledged. */
const SYNCS = { fast: "2m", synced: "always" };
const ADD = { type: "ADD", n: 1 } as const;

/** The way of a caller to its counter. */
type WayTo = (counterOf: (caller: number) => string) => Way;

await using stack = new AsyncDisposableStack();
const scratch = stack.use(await openScratch(RESTATE));
const all = [
  ...await theirs("Restate, its log synced", { sync: true }),
  ...await theirs("Restate, its log not synced", { sync: false }),
  ...await ours("fast"),
  ...await ours("synced"),
];
const cases = CASES.map(({ name, callers, counters }) => ({
  ...{ name, callers },
  ways: all.map((wayTo) => wayTo((caller) => `k${caller % counters}`)),
}));
say(await compare(cases, Deno.args));

/** Both kinds of counters of one Restate. */
async function theirs(name: string, options: RestateOptions): Promise<WayTo[]> {
  const { url: address, processes } = stack.use(await startRestate(scratch, options));
  using caller = await connectHttpCaller(address);
  for (let i = 0; i < CALLERS; i++) {
    await caller.post({ path: `/machine/k${i}/create`, body: "{}" });
  }
  const event = JSON.stringify({ event: { type: "ADD", n: 1 } });
  return [
    (counterOf) =>
      httpWay({
        ...{ name: `${name}: virtual object`, address, processes },
        request: (at) => ({ path: `/counter/${counterOf(at)}/add`, body: "1" }),
      }),
    (counterOf) =>
      httpWay({
        ...{ name: `${name}: XState machine`, address, processes },
        request: (at) => ({ path: `/machine/${counterOf(at)}/send`, body: event }),
      }),
  ];
}

/** Our counters, asked over HTTP and within a node. */
async function ours(level: keyof typeof SYNCS): Promise<WayTo[]> {
  const nats = stack.use(
    await startNatsNode({
      program: testEnvironment().natsServer,
      config: `jetstream { max_file_store: 8GB, sync_interval: "${SYNCS[level]}" }`,
    }),
  );
  const kinds = ["examples/counter.ts"];
  const hub = stack.use(await startBenchHub({ kinds, natsUrl: nats.url }));
  const headers = [`authorization: Bearer ${await hub.key("actors:send", "actors:read")}`];
  const [address = ""] = hub.urls;
  // Each operation has counters of its own: who waits for a reply reads the log for it.
  const overHttp = (name: string, operation: "send" | "ask"): WayTo => (counterOf) =>
    httpWay({
      ...{ name: `hub, \`${level}\`: ${name}`, address, processes: hub.processes },
      request: (at) => {
        const input = { kind: "counter", id: `${counterOf(at)}-${operation}`, event: ADD };
        const body = JSON.stringify({ operation: `/hub/actors/${operation}`, input });
        return { path: "/call", headers, body };
      },
      expected: '"seq":',
    });
  const host = await ownHost(nats.url);
  return [
    overHttp("over HTTP", "send"),
    overHttp("over HTTP, with its reply", "ask"),
    (counterOf) => ({
      name: `hub, \`${level}\`: within a node`,
      run: (load) =>
        drive((at) => host.send({ kind: "counter", id: counterOf(at) }, command()), load),
    }),
  ];
}

function command() {
  return { id: crypto.randomUUID(), event: ADD, cause: { from: "caller" } } as const;
}

/** The runtime alone, in this process. */
async function ownHost(servers: string): Promise<Host> {
  const bus = stack.use(await openBus({ servers, name: "bench", realm: testRealm() }));
  await ensureStreams(bus.connection, { realm: bus.realm });
  const membership = stack.use(await joinMembership(bus, { node: "n1" }));
  return stack.use(await openHost({ bus, membership, kinds: [counter] }));
}
