import { connectHttpCaller } from "./_http_caller.ts";

/** Uses the tool `call` over one connection, written by hand: a client costs more than what it asks. */
export interface McpCaller {
  /** Calls an operation with a text, and waits for the answer. */
  call(operation: string, text: string): Promise<void>;
}

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const HEADERS = [
  "authorization: Bearer bench",
  "accept: application/json, text/event-stream",
  "mcp-protocol-version: 2026-07-28",
  "mcp-method: tools/call",
  "mcp-name: call",
];

/** Connects to `host:port`. */
export async function connectMcpCaller(address: string): Promise<McpCaller> {
  const caller = await connectHttpCaller(address);
  let id = 0;
  return {
    async call(operation, text) {
      const params = { name: "call", arguments: { operation, input: { text } }, _meta: ENVELOPE };
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method: "tools/call", params });
      const said = await caller.post({ path: "/mcp", body, headers: HEADERS });
      const { result, id: answered } = JSON.parse(said);
      if (answered !== id || result?.structuredContent?.text !== text) throw new Error(said);
    },
  };
}
