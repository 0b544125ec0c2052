/**
 * A spoke that offers the tools of an MCP server.
 *
 * It shows that whatever speaks MCP, over HTTP or as a process of its own, becomes callable through the
 * hub, from everywhere and by whoever may: each tool `T` of the server `NAME` is `NAME/T`.
 *
 *     HUB_KEY=… deno run --allow-net --allow-env examples/mcp_spoke.ts NAME https://HOST/mcp
 *     HUB_KEY=… deno run --allow-net --allow-env --allow-run --allow-read \
 *       examples/mcp_spoke.ts NAME COMMAND ARGUMENT…
 *
 * @module
 */
import { parseOperationName } from "@alkdev/operations";
import { closeMCPClient, createMCPClient } from "@alkdev/operations/from-mcp";
import type { LibraryOperation } from "@alkdev/operations/spoke";
import { connect } from "./connect.ts";

/** The tools of a server, as operations. */
export interface McpTools extends AsyncDisposable {
  readonly operations: readonly LibraryOperation[];
  /** Tools whose names no operation can have. */
  readonly leftOut: readonly string[];
}

/** Connects to a server: at an address, or by a command that starts it. */
export async function mcpTools(
  name: string,
  [first = "", ...args]: readonly string[],
): Promise<McpTools> {
  const config = /^https?:/.test(first) ? { url: first } : { command: first, args };
  const client = await createMCPClient(name, config);
  const isNamed = (tool: LibraryOperation) =>
    parseOperationName(`/${tool.namespace}/${tool.name}`) !== undefined;
  return {
    operations: client.tools.filter(isNamed),
    leftOut: client.tools.filter((tool) => !isNamed(tool)).map((tool) => tool.name),
    [Symbol.asyncDispose]: () => closeMCPClient(client),
  };
}

if (import.meta.main) {
  const [name, ...server] = Deno.args;
  if (name === undefined || server.length === 0) {
    throw new TypeError("Cannot start: say a name, and an address or a command of an MCP server");
  }
  const { operations } = await mcpTools(name, server);
  await connect(operations);
}
