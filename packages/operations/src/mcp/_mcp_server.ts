/**
 * A real MCP server over HTTP on the loopback, for tests.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/server/streamableHttp"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

/** A tool, and what calling it gives. */
export interface FakeTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: Record<string, unknown>;
  readonly outputSchema?: Record<string, unknown>;
  readonly call: (input: unknown) => Record<string, unknown>;
}

/** A running server, and what its requests looked like. */
export interface FakeServer {
  readonly url: string;
  readonly headers: IncomingHttpHeaders[];
  readonly clients: unknown[];
  close(): Promise<void>;
}

function serverOf(tools: readonly FakeTool[], pageSize: number, clients: unknown[]): Server {
  const server = new Server({ name: "fake", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler(
    ListToolsRequestSchema,
    ({ params }) => {
      const start = Number(params?.cursor ?? 0);
      const page = tools.slice(start, start + pageSize).map(({ call: _, ...tool }) => ({
        ...tool,
        inputSchema: { type: "object" as const, ...tool.inputSchema },
        ...(tool.outputSchema
          ? { outputSchema: { type: "object" as const, ...tool.outputSchema } }
          : {}),
      }));
      const end = start + pageSize;
      return end < tools.length ? { tools: page, nextCursor: String(end) } : { tools: page };
    },
  );
  server.setRequestHandler(
    CallToolRequestSchema,
    ({ params }) => {
      clients.push(server.getClientVersion());
      const tool = tools.find(({ name }) => name === params.name);
      return tool?.call(params.arguments) ?? { content: [], isError: true };
    },
  );
  return server;
}

/** Starts a server; each request is served by itself, as behind a load balancer. */
export async function startMcpServer(
  tools: readonly FakeTool[],
  { pageSize = 100 }: { pageSize?: number } = {},
): Promise<FakeServer> {
  const headers: IncomingHttpHeaders[] = [];
  const clients: unknown[] = [];
  const http = createServer(async (request, response) => {
    headers.push(request.headers);
    const server = serverOf(tools, pageSize, clients);
    // Without a generator of session ids, the transport keeps no state.
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    response.on("close", () => void server.close());
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (typeof address !== "object" || address === null) throw new Error("server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    headers,
    clients,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
