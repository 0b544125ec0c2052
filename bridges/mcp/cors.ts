/** Headers that pages may send in MCP, beside those of all gateways. */
export const SENT = ["mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name"] as const;

/** Headers that pages may read of answers, beside those of all gateways. */
export const SEEN = ["mcp-session-id"] as const;
