/**
 * What is needed of an SDK of MCP. Each is loaded when it is used, not before.
 *
 * @module
 */
import type { JsonSchemaValidator, jsonSchemaValidator } from "@modelcontextprotocol/client";
import type { MCPClient, MCPClientConfig, MCPTransport } from "./types.ts";

/** How a server is reached over HTTP. */
export interface HttpOptions {
  readonly requestInit?: { readonly headers: Record<string, string> };
  readonly fetch: typeof globalThis.fetch;
}

/** How a server is started as a process. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** An SDK. */
export interface MCPSdk {
  http(url: URL, options: HttpOptions): Promise<MCPTransport>;
  stdio(options: ProcessOptions): Promise<MCPTransport>;
  /** A client that says who it is, and is not connected yet. */
  client(about: MCPAbout, config: MCPClientConfig): Promise<MCPClient>;
}

/** What a client says that it is. */
export interface MCPAbout {
  readonly name: string;
  readonly version: string;
}

/** A server that never stops paging is none. */
export const MAX_PAGES = 100;

/** Leaves the check of answers to whoever called. */
export const UNCHECKED: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    // The SDKs ask whether it is valid, and use what they have.
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined });
  },
};

/** What is asked of an SDK about changes: to be told, and to leave the rest. */
export function toldOfChanges(onToolsChanged: () => void) {
  return { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => onToolsChanged() } };
}
