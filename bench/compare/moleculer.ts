/**
 * Calls between nodes and over HTTP, against Moleculer and its web gateway on the same NATS server,
 * with the same load, in turns. Prints a table.
 *
 *     deno task bench bench/compare/moleculer.ts [--rounds N] [--ms N]
 *
 * @module
 */
import { testEnvironment } from "../../tests/harness/environment.ts";
import { freePort } from "../../tests/harness/nats.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { until } from "../../tests/harness/until.ts";
import { connectHttpCaller, type HttpRequest, httpWay } from "../_http_caller.ts";
import { natsProcesses, startBenchHub } from "../_hubs.ts";
import { say } from "../_load.ts";
import { type Peer, startPeer } from "../_peers.ts";
import type { Way } from "../_rounds.ts";
import { compare } from "./_compare.ts";
import { startNodePeer } from "./_node_peer.ts";
import { openScratch } from "./_scratch.ts";

const MOLECULER = { "moleculer": "0.15.2", "moleculer-web": "0.11.0", "nats": "2.29.3" };
const LOADS = [1, 64];
const INPUT = { text: "x".repeat(100) };

await using stack = new AsyncDisposableStack();
const scratch = stack.use(await openScratch(MOLECULER));
const { natsUrl } = testEnvironment();

const nats = await natsProcesses(natsUrl);
const theirs = await moleculerNode("serve");
const betweenNodes = [await moleculerCalls(), ...await ourNodes()];
const overHttp = [...await moleculerWeb(), ...await ourHttp()];
const cases = [
  ...LOADS.map((callers) => ({ load: "between nodes", callers, ways: betweenNodes })),
  ...LOADS.map((callers) => ({ load: "over HTTP", callers, ways: overHttp })),
].map(({ load, callers, ways }) => ({
  ...{ callers, ways },
  name: `${load}, ${callers} ${callers === 1 ? "caller" : "callers"}`,
}));
say(await compare(cases, Deno.args));

async function moleculerNode(...args: string[]): Promise<Peer> {
  const script = "compare/_moleculer_node.ts";
  return stack.use(await startNodePeer(scratch, { script, args: [natsUrl, ...args] }));
}

/** A node that calls, in a process of its own like the one that is called. */
async function moleculerCalls(): Promise<Way> {
  const calls = await moleculerNode("call");
  return {
    name: "Moleculer, `broker.call`",
    processes: [theirs.pid, calls.pid, ...nats],
    run: (load) => calls.drive(load),
  };
}

async function ourNodes(): Promise<Way[]> {
  const realm = testRealm();
  const node = async (role: string) =>
    stack.use(await startPeer({ script: "compare/_hub_node.ts", args: [role, natsUrl, realm] }));
  const serves = await node("serve");
  const way = async (name: string, role: string): Promise<Way> => {
    const peer = await node(role);
    const processes = [serves.pid, peer.pid, ...nats];
    return { name, processes, run: (load) => peer.drive(load) };
  };
  return [
    await way("hub, an operation of another node", "call"),
    await way("the bus alone, request and reply", "request"),
  ];
}

async function moleculerWeb(): Promise<Way[]> {
  const port = freePort();
  const web = await moleculerNode("web", String(port));
  const processes = [web.pid, theirs.pid, ...nats];
  const address = `127.0.0.1:${port}`, body = JSON.stringify(INPUT);
  return [
    await asked("moleculer-web, another node's action", {
      address,
      ...{ request: { path: "/test/echo", body }, processes },
    }),
    await asked("moleculer-web, an action of its own", {
      address,
      ...{ request: { path: "/own/echo", body }, processes },
    }),
  ];
}

async function ourHttp(): Promise<Way[]> {
  const hub = stack.use(await startBenchHub({ nodes: 2 }));
  await hub.startSpoke("dev1");
  const [here = "", there = ""] = hub.urls;
  const headers = [`authorization: Bearer ${await hub.key("spokes:call")}`];
  const call = (operation: string, input: object) => ({
    ...{ path: "/call", headers, body: JSON.stringify({ operation, input }) },
  });
  const echo = call("/dev1/test/echo", INPUT), own = call("/services/list-peers", {});
  const { processes } = hub;
  return [
    await asked("hub, a spoke's operation", { address: here, request: echo, processes }),
    await asked("hub, an operation of another node's spoke", {
      ...{ address: there, request: echo, processes },
    }),
    await asked("hub, an operation of its own", { address: here, request: own, processes }),
  ];
}

/** What is asked, and of whom. */
interface Asked {
  readonly address: string;
  readonly request: HttpRequest;
  readonly processes: readonly number[];
}

/** One request again and again; it is asked once before, until it is answered. */
async function asked(name: string, { address, request, processes }: Asked): Promise<Way> {
  // Another node's services are known a moment after that node.
  await until(async () => {
    using caller = await connectHttpCaller(address);
    return await caller.post(request);
  }, { what: name });
  return httpWay({ name, address, processes, request: () => request });
}
