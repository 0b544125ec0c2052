/**
 * A tool server over standard input and output, by hand: what a gateway stands in front of. It has
 * one tool, `echo`, and speaks as much of MCP as a gateway asks of it.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { say } from "../_load.ts";

const text = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
const echo = { name: "echo", description: "Echo", inputSchema: text };

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly arguments?: object; readonly protocolVersion?: string };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params }: Message = JSON.parse(line);
  const result = id === undefined ? undefined : resultOf(method, params);
  if (result !== undefined) say(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

function resultOf(method: string | undefined, params: Message["params"]): object | undefined {
  if (method === "initialize") {
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "echo", version: "1.0.0" },
    };
  }
  if (method === "tools/list") return { tools: [echo] };
  if (method !== "tools/call") return {};
  const output = params?.arguments ?? {};
  return { content: [{ type: "text", text: JSON.stringify(output) }], structuredContent: output };
}
