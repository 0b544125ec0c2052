/**
 * One process of the benchmark of MCP. Prints the address where it takes messages (the hub with a
 * spoke: that for the spoke before it), and ends when its input does.
 *
 *     deno run -A bench/_mcp_peer.ts floor | hub | routing | sdk
 *
 * @module
 */
import {
  createDispatcher,
  createRateLimiter,
  type Dispatcher,
  OperationRegistry,
  OperationType,
  type OperationView,
  parseOperationName,
  registryView,
} from "@alkdev/operations";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { Type } from "@sinclair/typebox";
import { createMcpBridge } from "../bridges/mcp/mod.ts";
import { startRoutingNode } from "../src/routing/_nodes_testing.ts";

const ROLES: Readonly<Record<string, () => Promise<void>>> = { floor, hub, routing, sdk };

await ROLES[Deno.args[0] ?? ""]?.();

/** The same JSON, and no thought about it. */
async function floor(): Promise<void> {
  await serve(async (request) => {
    const { id, params } = await request.json();
    const output = params.arguments.input;
    const content = [{ type: "text", text: JSON.stringify(output) }];
    const result = { content, structuredContent: output, isError: false, resultType: "complete" };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
}

/** An operation of the hub's own. */
async function hub(): Promise<void> {
  const registry = new OperationRegistry();
  registry.register({
    ...{ namespace: "test", name: "echo", version: "1.0.0", description: "Echo" },
    type: OperationType.QUERY,
    inputSchema: Type.Object({ text: Type.String({ maxLength: 10_000 }) }),
    outputSchema: Type.Object({ text: Type.String() }),
    accessControl: { requiredScopes: ["use"] },
    handler: (input) => input,
  }, { visibility: "external" });
  const view = registryView(registry);
  await serve(bridgeTo(createDispatcher({ view }), view));
}

/** An operation of a spoke that is connected to this node. */
async function routing(): Promise<void> {
  const node = await startRoutingNode();
  await serve(bridgeTo(node.dispatcher, node.routing.view), node.url);
}

function bridgeTo(dispatcher: Dispatcher, view: OperationView) {
  const bridge = createMcpBridge({
    dispatcher,
    catalog: { find: (name) => view.external(parseOperationName(name) ?? "")?.spec },
    search: { find: () => ({ operations: [] }) },
    rateLimiter: createRateLimiter({ perSecond: 1e6, burst: 1e6 }),
    admission: {
      resolve: (token) => ({
        identity: { id: token, scopes: ["use", "spokes:call"] },
        ...{ role: "client", credential: token, notAfterMs: null },
      }),
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
    serverInfo: { name: "hub", version: "1.0.0" },
  });
  return (request: Request) => bridge.handle(request, "127.0.0.1");
}

/** The official server, made anew for each request, as it is meant to be. */
async function sdk(): Promise<void> {
  const handler = createMcpHandler(() => {
    const server = new Server({ name: "sdk", version: "1.0.0" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/call", ({ params }) => {
      const output = params.arguments?.input;
      const content = [{ type: "text" as const, text: JSON.stringify(output) }];
      return { content, structuredContent: output };
    });
    return server;
  }, { responseMode: "auto" });
  await serve((request) => handler.fetch(request));
}

async function serve(
  handle: (request: Request) => Promise<Response>,
  before?: string,
): Promise<void> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const { addr } = Deno.serve(options, handle);
  const line = [...before === undefined ? [] : [before], `127.0.0.1:${addr.port}`].join(" ");
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  for await (const _ of Deno.stdin.readable) { /* Nothing is said. */ }
  Deno.exit(0);
}
