/**
 * Connections to MCP servers.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { MCPConnection } from "./connection.ts";
import { closeQuietly, connect, timeoutOf } from "./connect.ts";
import { MAX_PAGES } from "./sdk.ts";
import { toolOperation } from "./tools.ts";
import type { MCPClient, MCPClientConfig, MCPClientWrapper, MCPTool } from "./types.ts";

async function listTools(
  client: MCPClient,
  { maxTools = Infinity, ...config }: MCPClientConfig,
): Promise<MCPTool[]> {
  const tools: MCPTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const from = cursor === undefined ? undefined : { cursor };
    const listed = await client.listTools(from, timeoutOf(config));
    tools.push(...listed.tools);
    if (tools.length > maxTools) {
      const message = `Cannot list tools: the server has more than ${maxTools}`;
      throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, message);
    }
    cursor = listed.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `Cannot list tools: the server has more than ${MAX_PAGES} pages`,
  );
}

/**
 * Connects to a server and reads its tools. When the server is lost, calls fail as retryable until
 * it answers again; when it forgot the session, a new one is begun and the call is made once more.
 *
 * @throws {CallError} `EXECUTION_ERROR` if the configuration says no way to reach it.
 * @throws {Error} if it cannot be reached, or the MCP SDK is not installed.
 */
export async function createMCPClient(
  name: string,
  config: MCPClientConfig,
): Promise<MCPClientWrapper> {
  const { reconnect, clock, version = "1.0.0", results, patterns, onToolsChanged } = config;
  const link = await connect(name, config);
  const parts = {
    ...{ connect: () => connect(name, config), reconnect, clock },
    // It may be another version of the server.
    onReconnected: onToolsChanged,
  };
  const connection = new MCPConnection(name, link, parts);
  try {
    const options = { serverName: name, version, results, patterns };
    const operationsOf = (tools: readonly MCPTool[]) =>
      tools.map((tool) => toolOperation(connection, tool, options));
    const tools = operationsOf(await listTools(link.client, config));
    return {
      name,
      get client() {
        return connection.client;
      },
      tools,
      listTools: async () =>
        operationsOf(await connection.ask((client) => listTools(client, config))),
      close: () => connection.close(),
      drain: () => connection.drain(),
    };
  } catch (error) {
    await closeQuietly(name, link.client);
    throw error;
  }
}

/** Closes a connection, for good. */
export async function closeMCPClient(wrapper: MCPClientWrapper): Promise<void> {
  if (typeof wrapper.close === "function") return await wrapper.close();
  if (typeof wrapper.client?.close === "function") await wrapper.client.close();
}
