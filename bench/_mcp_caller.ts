/** Uses the tool `call` over one connection, written by hand: a client costs more than what it asks. */
export interface McpCaller {
  /** Calls an operation with a text, and waits for the answer. */
  call(operation: string, text: string): Promise<void>;
}

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const HEAD = [
  "POST /mcp HTTP/1.1",
  "host: localhost",
  "authorization: Bearer bench",
  "accept: application/json, text/event-stream",
  "content-type: application/json",
  "mcp-protocol-version: 2026-07-28",
  "mcp-method: tools/call",
  "mcp-name: call",
].join("\r\n");

const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Connects to `host:port`. */
export async function connectMcpCaller(address: string): Promise<McpCaller> {
  const [hostname = "", port] = address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(64 * 1024);
  let id = 0;

  async function answer(): Promise<string> {
    let text = "";
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) throw new Error("The connection was closed");
      text += decoder.decode(buffer.subarray(0, length));
      const bodyAt = text.indexOf("\r\n\r\n") + 4;
      const told = /content-length: ([0-9]+)/i.exec(text)?.[1];
      if (bodyAt > 3 && told !== undefined && text.length >= bodyAt + Number(told)) {
        return text.slice(bodyAt);
      }
    }
  }

  return {
    async call(operation, text) {
      const params = { name: "call", arguments: { operation, input: { text } }, _meta: ENVELOPE };
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method: "tools/call", params });
      const request = `${HEAD}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      await connection.write(encoder.encode(request));
      const said = await answer();
      const { result, id: answered } = JSON.parse(said);
      if (answered !== id || result?.structuredContent?.text !== text) throw new Error(said);
    },
  };
}
