/**
 * Connections to MCP servers.
 *
 * @module
 */
import type {
  JsonSchemaValidator,
  jsonSchemaValidator,
} from "@modelcontextprotocol/sdk/validation";
import { getLogger } from "@logtape/logtape";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { MCPConnection, type MCPLink } from "./connection.ts";
import { toolOperation } from "./tools.ts";
import { openTransport } from "./transport.ts";
import type { MCPClient, MCPClientConfig, MCPClientWrapper, MCPTool } from "./types.ts";

const log = getLogger("operations:mcp");
/** A server that never stops paging is none. */
const MAX_PAGES = 100;

/** Leaves the check of answers to whoever called. */
const UNCHECKED: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    // The SDK asks whether it is valid, and uses what it has.
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined });
  },
};

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

function timeoutOf({ timeoutMs }: MCPClientConfig): { timeout?: number } {
  return timeoutMs === undefined ? {} : { timeout: timeoutMs };
}

async function closeQuietly(name: string, client: MCPClient): Promise<void> {
  await client.close().catch((error) => log.error("client cannot be closed", { name, error }));
}

async function connect(name: string, config: MCPClientConfig): Promise<MCPLink> {
  const transport = await openTransport(name, config);
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { onToolsChanged } = config;
  const tools = { autoRefresh: false, debounceMs: 0, onChanged: () => onToolsChanged?.() };
  const client: MCPClient = new Client(
    { name: `alkdev-${name}`, version: "1.0.0" },
    {
      ...(onToolsChanged === undefined ? {} : { listChanged: { tools } }),
      // The SDK would run them on answers, before anybody here sees those.
      ...(config.patterns === "shown" ? { jsonSchemaValidator: UNCHECKED } : {}),
    },
  );
  try {
    await client.connect(transport, timeoutOf(config));
    return { client, transport };
  } catch (error) {
    await closeQuietly(name, client);
    throw error;
  }
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
