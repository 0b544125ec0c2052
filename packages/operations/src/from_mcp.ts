/**
 * Operations that call the tools of MCP servers.
 *
 * {@linkcode createMCPClient} connects to one server and gives its tools as operations;
 * {@linkcode MCPClientLoader} keeps several. The MCP SDK is loaded only when a client is made.
 *
 * @module
 */
export { closeMCPClient, createMCPClient } from "./mcp/client.ts";
export { mapMCPContentBlocks } from "./mcp/content.ts";
export { MCPClientLoader } from "./mcp/loader.ts";
export type { MCPClientConfig, MCPClientWrapper, MCPReconnectOptions } from "./mcp/types.ts";
