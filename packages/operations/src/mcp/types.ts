/**
 * MCP servers, as far as they are used here.
 *
 * @module
 */
import type { OperationHandler, OperationSpec } from "../types.ts";

/** How a server is reached: over HTTP, or as a process of its own. */
export interface MCPClientConfig {
  command?: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  url?: string;
  headers?: Record<string, string>;
  /** Version of the generated operations. Default `1.0.0`. */
  version?: string;
  /** A bearer token, asked for anew for each HTTP request. */
  token?: () => string | undefined | Promise<string | undefined>;
}

/** A tool as an operation. */
export type MCPOperation = OperationSpec & { handler: OperationHandler };

/** A tool as a server lists it. */
export interface MCPTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
}

/** What of the SDK's client is used. */
export interface MCPClient {
  connect(transport: unknown): Promise<void>;
  listTools(
    params?: { cursor: string },
  ): Promise<{ tools: MCPTool[]; nextCursor?: string | undefined }>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    resultSchema?: undefined,
    options?: { signal?: AbortSignal; timeout?: number },
  ): Promise<unknown>;
  close(): Promise<void>;
}

/** A connected server and its tools. */
export interface MCPClientWrapper {
  name: string;
  client: MCPClient;
  tools: MCPOperation[];
}
