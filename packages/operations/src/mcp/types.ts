/**
 * MCP servers, as far as they are used here.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
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
  /** In place of the platform's, for servers that are reached over HTTP. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds that connecting, and each page of tools, may take. Default: the SDK's, a minute. */
  timeoutMs?: number;
  /** A server with more tools than this is refused. */
  maxTools?: number;
  /** Told when the server says that its tools have changed. */
  onToolsChanged?: () => void;
  /**
   * `mcp` names the failures that tools tell `MCP_TOOL_ERROR`, with their content as details, and
   * says of tools without a schema for it that they answer with blocks of content. Default `library`.
   */
  results?: "library" | "mcp";
  /**
   * `any` speaks the revision without sessions (2026-07-28) where the server does, and those with a
   * handshake where it does not; it needs `@modelcontextprotocol/client`. `handshake`, the default,
   * speaks the latter alone, and needs `@modelcontextprotocol/sdk`.
   */
  revisions?: "handshake" | "any";
  /** Whether regular expressions of the server are run here, or only shown. Default `checked`. */
  patterns?: "checked" | "shown";
  /** How long a lost server is left alone before the next call tries it again. */
  reconnect?: MCPReconnectOptions;
  /** Default: the platform's time. */
  clock?: Clock;
}

/** Waits between two attempts to connect again; each is twice the one before. */
export interface MCPReconnectOptions {
  /** Default 250. */
  minDelayMs?: number;
  /** Default 10,000. */
  maxDelayMs?: number;
}

/** What of the SDKs' transports is used. */
export interface MCPTransport {
  /** Given by servers that keep a session. */
  readonly sessionId?: string | undefined;
  close(): Promise<void>;
}

/** Calls tools. */
export interface MCPCaller {
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options: { signal?: AbortSignal; timeout?: number },
  ): Promise<unknown>;
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

/** What of the SDKs' clients is used. */
export interface MCPClient {
  /** What it is connected by, while it is. */
  readonly transport?: unknown;
  connect(transport: MCPTransport, options?: { timeout?: number }): Promise<void>;
  /** One page, or all of them at once. */
  listTools(
    params?: { cursor: string },
    options?: { timeout?: number },
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
  /** The present one: after a loss there is another. */
  readonly client: MCPClient;
  tools: MCPOperation[];
  /** The tools that the server has by now, over the same connection; `tools` stays as it is. */
  listTools?: () => Promise<MCPOperation[]>;
  /** Closes the client and connects no more; {@linkcode closeMCPClient} calls it. */
  close?: () => Promise<void>;
  /** Closes it once its calls have ended, for those who have another. */
  drain?: () => Promise<void>;
}
