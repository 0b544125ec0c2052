/**
 * `tools/call` through a gateway to a tool server and back, against mcp-proxy, with the same requests
 * from the same client, in turns. Prints a table.
 *
 *     deno task bench bench/compare/mcp.ts [--rounds N] [--ms N]
 *
 * mcp-proxy, because it is well known, is one package that needs no account and no internet, and
 * speaks both revisions. Its tool server is a process behind standard input and output, ours a spoke
 * behind a WebSocket; both are written by hand.
 *
 * @module
 */
import { freePort } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import { connectHttpCaller, httpWay } from "../_http_caller.ts";
import { startBenchHub } from "../_hubs.ts";
import { say } from "../_load.ts";
import type { Way } from "../_rounds.ts";
import { compare } from "./_compare.ts";
import { startNodePeer } from "./_node_peer.ts";
import { openScratch } from "./_scratch.ts";

const LOADS = [1, 64];
const TEXT = "x".repeat(100);
const OLD = "2025-11-25", NEW = "2026-07-28";
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": NEW,
  "io.modelcontextprotocol/clientCapabilities": {},
};
const ACCEPTS = "accept: application/json, text/event-stream";

/** A gateway, and how its tool is asked to echo. */
interface Gateway {
  readonly name: string;
  readonly address: string;
  readonly headers: readonly string[];
  readonly tool: { readonly name: string; readonly arguments: object };
  readonly processes: readonly number[];
}

let messages = 0;
await using stack = new AsyncDisposableStack();
const gateways = [await mcpProxy(), await hub()];
const ways: Way[] = [];
for (const gateway of gateways) ways.push(modern(gateway));
for (const gateway of gateways) ways.push(await withSession(gateway));
const cases = LOADS.map((callers) => ({
  ...{ callers, ways },
  name: `${callers} ${callers === 1 ? "caller" : "callers"}`,
}));
say(await compare(cases, Deno.args));

async function mcpProxy(): Promise<Gateway> {
  const scratch = stack.use(await openScratch({ "mcp-proxy": "6.7.19" }));
  const port = String(freePort()), address = `127.0.0.1:${port}`;
  const script = "compare/_mcp_proxy.ts";
  const { pid } = stack.use(await startNodePeer(scratch, { script, args: [port] }));
  const tool = { name: "echo", arguments: { text: TEXT } };
  return { name: "mcp-proxy", address, headers: [], tool, processes: [pid] };
}

async function hub(): Promise<Gateway> {
  const hub = stack.use(await startBenchHub());
  await hub.startSpoke("dev1");
  const [address = ""] = hub.urls;
  const headers = [`authorization: Bearer ${await hub.key("spokes:call")}`];
  const input = { text: TEXT };
  const tool = { name: "call", arguments: { operation: "/dev1/test/echo", input } };
  const { processes } = hub;
  return { name: "hub, a spoke's operation", address, headers, tool, processes };
}

/** As the newer revision has it: a request says all that there is to know. */
function modern({ name, address, headers, tool, processes }: Gateway): Way {
  const revision = [`mcp-protocol-version: ${NEW}`, "mcp-method: tools/call"];
  return asking(`${name}, ${NEW}`, {
    ...{ address, processes },
    params: { ...tool, _meta: ENVELOPE },
    headers: [...headers, ...revision, `mcp-name: ${tool.name}`, ACCEPTS],
  });
}

/** As the older revision has it: a session comes first. */
async function withSession(gateway: Gateway): Promise<Way> {
  const { name, address, headers: known, tool, processes } = gateway;
  using caller = await connectHttpCaller(await reached(address));
  const params = {
    protocolVersion: OLD,
    ...{ capabilities: {}, clientInfo: { name: "bench", version: "1.0.0" } },
  };
  const first = [...known, ACCEPTS];
  await caller.post({ path: "/mcp", body: rpc("initialize", params), headers: first });
  const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(caller.head)?.[1];
  const headers = [...first, `mcp-protocol-version: ${OLD}`];
  if (session !== undefined) headers.push(`mcp-session-id: ${session}`);
  return asking(`${name}, ${OLD}`, { address, processes, params: tool, headers });
}

/** What is asked again and again. */
interface Asked {
  readonly address: string;
  readonly processes: readonly number[];
  readonly params: object;
  readonly headers: readonly string[];
}

function asking(name: string, { params, headers, ...asked }: Asked): Way {
  const request = () => ({ path: "/mcp", body: rpc("tools/call", params), headers });
  return httpWay({ ...asked, name, request, expected: TEXT });
}

/** Every message of a session has an id of its own. */
function rpc(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id: ++messages, method, params });
}

/** The address, once somebody listens there. */
async function reached(address: string): Promise<string> {
  await until(async () => {
    using _caller = await connectHttpCaller(address);
    return true;
  }, { what: address });
  return address;
}
