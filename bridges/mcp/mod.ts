/**
 * The hub for clients that speak MCP, over streamable HTTP: four tools, by which everything that can
 * be called is found, understood and called.
 *
 * The stateless revision (2026-07-28) is the main path; clients that begin with a handshake
 * (2025-11-25 and 2025-06-18) are served beside it. There are no sessions: any node answers any
 * request. Who may come in, what is found and what can be called is asked of {@link ../ports.ts}.
 *
 * @module
 */
export { createMcpBridge, type McpBridgeOptions, type McpTasks } from "./mcp_bridge.ts";
export type { ServerInfo } from "./results.ts";
export { HANDSHAKES, STATELESS, TASKS } from "./revisions.ts";
