/**
 * Connections to MCP servers.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { toolOperation } from "./tools.ts";
import type { MCPClient, MCPClientConfig, MCPClientWrapper, MCPTool } from "./types.ts";

const log = getLogger("operations:mcp");
/** A server that never stops paging is none. */
const MAX_PAGES = 100;

/** Puts the token of the moment into each request. */
function authorizedFetch(token: NonNullable<MCPClientConfig["token"]>): typeof globalThis.fetch {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    const secret = await token();
    if (secret !== undefined) headers.set("Authorization", `Bearer ${secret}`);
    return await fetch(url, { ...init, headers });
  };
}

async function openTransport(name: string, config: MCPClientConfig): Promise<unknown> {
  const { url, command, args = [], env, cwd, headers, token } = config;
  if (url !== undefined) {
    const { StreamableHTTPClientTransport } = await import(
      "@modelcontextprotocol/sdk/client/streamableHttp.js"
    );
    return new StreamableHTTPClientTransport(new URL(url), {
      ...(headers === undefined ? {} : { requestInit: { headers } }),
      ...(token === undefined ? {} : { fetch: authorizedFetch(token) }),
    });
  }
  if (command !== undefined) {
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    return new StdioClientTransport({
      command,
      args,
      ...(env === undefined ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
    });
  }
  throw new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `Cannot connect to MCP server ${name}: its configuration has neither url nor command`,
  );
}

async function listTools(client: MCPClient): Promise<MCPTool[]> {
  const tools: MCPTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const listed = await client.listTools(cursor === undefined ? undefined : { cursor });
    tools.push(...listed.tools);
    cursor = listed.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `Cannot list tools: the server has more than ${MAX_PAGES} pages`,
  );
}

/**
 * Connects to a server and reads its tools.
 *
 * @throws {CallError} `EXECUTION_ERROR` if the configuration says no way to reach it.
 * @throws {Error} if it cannot be reached, or the MCP SDK is not installed.
 */
export async function createMCPClient(
  name: string,
  config: MCPClientConfig,
): Promise<MCPClientWrapper> {
  const transport = await openTransport(name, config);
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client: MCPClient = new Client({ name: `alkdev-${name}`, version: "1.0.0" });
  try {
    await client.connect(transport);
    const options = { serverName: name, version: config.version ?? "1.0.0" };
    const tools = (await listTools(client)).map((tool) => toolOperation(client, tool, options));
    return { name, client, tools };
  } catch (error) {
    await client.close().catch((cause) => log.error("client cannot be closed", { name, cause }));
    throw error;
  }
}

/** Closes a connection. */
export async function closeMCPClient({ client }: MCPClientWrapper): Promise<void> {
  if (typeof client?.close === "function") await client.close();
}
