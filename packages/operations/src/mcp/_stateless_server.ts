/**
 * A real MCP server of the revision without sessions, on the loopback, for tests.
 *
 * @module
 */
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import type { FakeTool } from "./_mcp_server.ts";

/** A request as it came. */
export interface SeenRequest {
  readonly headers: Headers;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A running server, and what it was asked. */
export interface StatelessServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** Says that its tools have changed. */
  readonly tellChanged: () => void;
  /** How many listen for changes, all in all. */
  readonly listened: () => number;
}

/** Starts a server that knows no handshake. */
export function startStatelessServer(tools: readonly FakeTool[], port = 0): StatelessServer {
  const handler = createMcpHandler(() => serverOf(tools), { legacy: "reject", keepAliveMs: 0 });
  const seen: SeenRequest[] = [];
  const closing = new AbortController();
  const { addr, finished } = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {}, signal: closing.signal },
    async (request) => {
      const { headers, method } = request;
      if (method !== "POST") return await handler.fetch(request);
      const { method: asked, params = {} } = await request.clone().json();
      seen.push({ headers, method: asked, params });
      return await handler.fetch(request);
    },
  );
  return {
    ...{ url: `http://127.0.0.1:${addr.port}/mcp`, port: addr.port, seen },
    tellChanged: () => handler.notify.toolsChanged(),
    listened: () => seen.filter(({ method }) => method === "subscriptions/listen").length,
    async [Symbol.asyncDispose]() {
      await handler.close();
      closing.abort();
      await finished;
    },
  };
}

function serverOf(tools: readonly FakeTool[]): Server {
  const server = new Server(
    { name: "stateless", version: "1.0.0" },
    { capabilities: { tools: { listChanged: true } } },
  );
  const schemaOf = (schema: Record<string, unknown> | undefined) => ({
    type: "object" as const,
    ...schema,
  });
  server.setRequestHandler("tools/list", () => ({
    tools: tools.map(({ name, inputSchema, outputSchema }) => ({
      name,
      inputSchema: schemaOf(inputSchema),
      ...(outputSchema === undefined ? {} : { outputSchema: schemaOf(outputSchema) }),
    })),
    ...{ ttlMs: 60_000, cacheScope: "private" as const },
  }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const tool = tools.find(({ name }) => name === params.name);
    return { content: [], ...await tool?.call(params.arguments) };
  });
  return server;
}
