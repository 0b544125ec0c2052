/**
 * A real MCP server over HTTP on the loopback, for tests.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
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
  readonly call: (input: unknown) => Record<string, unknown> | Promise<Record<string, unknown>>;
}

/** How a server is run. */
export interface FakeServerOptions {
  readonly pageSize?: number;
  /** Default: one that is free. */
  readonly port?: number;
  /** Keeps a session for each client, which has to say it with every request. */
  readonly sessions?: boolean;
}

/** A running server, and what its requests looked like. */
export interface FakeServer {
  readonly url: string;
  readonly port: number;
  /** Forgets all sessions, as a server does that is started anew. */
  forget(): Promise<void>;
  /** How many sessions were begun. */
  readonly begun: number;
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

/** Starts a server; without sessions each request is served by itself, as behind a load balancer. */
export async function startMcpServer(
  tools: readonly FakeTool[],
  { pageSize = 100, port = 0, sessions: keepsSessions = false }: FakeServerOptions = {},
): Promise<FakeServer> {
  const headers: IncomingHttpHeaders[] = [];
  const clients: unknown[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let begun = 0;

  async function transportOf(request: IncomingMessage): Promise<StreamableHTTPServerTransport> {
    const known = sessions.get(String(request.headers["mcp-session-id"]));
    if (known !== undefined) return known;
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse: true,
      // Without a generator of session ids, the transport keeps no state.
      ...(keepsSessions ? { sessionIdGenerator: () => `session ${begun += 1}` } : {}),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await serverOf(tools, pageSize, clients).connect(transport);
    return transport;
  }

  const http = createServer(async (request, response) => {
    headers.push(request.headers);
    const id = request.headers["mcp-session-id"];
    if (id !== undefined && !sessions.has(String(id))) {
      response.writeHead(404).end("Session not found");
      return;
    }
    const transport = await transportOf(request);
    if (!keepsSessions) response.on("close", () => void transport.close());
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  const address = http.address();
  if (typeof address !== "object" || address === null) throw new Error("server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    port: address.port,
    headers,
    clients,
    get begun() {
      return begun;
    },
    async forget() {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
      sessions.clear();
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
