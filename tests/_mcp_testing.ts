/** Messages of MCP to nodes of a hub; for tests. */
import { STATELESS, TASKS } from "../bridges/mcp/mod.ts";
import type { Place } from "./calls/_hubs_testing.ts";
import { until } from "./harness/until.ts";

/** What was answered. */
export interface Said {
  readonly status: number;
  /** All messages of the answer, the last one last. */
  // deno-lint-ignore no-explicit-any -- what is in them is what tests look at
  readonly messages: readonly any[];
}

/** Somebody who speaks MCP to a node. */
export interface Speaker {
  readonly place: Place;
  readonly key: string;
  /** Such as `Mcp-Session-Id`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a node takes MCP. */
export function mcpUrl({ url }: Place): string {
  return url.replace(/^ws(.*)\/ws$/, "http$1/mcp");
}

/** Sends a message as it is. */
export async function say(
  { place, key, headers }: Speaker,
  message: Readonly<Record<string, unknown>>,
): Promise<Said> {
  const response = await fetch(mcpUrl(place), {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    headers: {
      authorization: `Bearer ${key}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
  });
  const text = await response.text();
  const parts = text.startsWith("{")
    ? [text]
    : text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
  return { status: response.status, messages: parts.map((part) => JSON.parse(part)) };
}

/** Asks in the stateless revision; a client that takes tasks says so. */
export async function ask(
  speaker: Speaker,
  { method, params = {}, meta = {}, takesTasks = false, id = 1 }: {
    readonly method: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly takesTasks?: boolean;
    readonly id?: number;
  },
): Promise<Said> {
  const name = params.name ?? params.taskId;
  const capabilities = takesTasks ? { extensions: { [TASKS]: {} } } : {};
  return await say({
    ...speaker,
    headers: {
      ...speaker.headers,
      ...{ "mcp-protocol-version": STATELESS, "mcp-method": method },
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
    },
  }, {
    ...{ id, method },
    params: {
      ...params,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
        ...meta,
      },
    },
  });
}

/** Calls an operation in the stateless revision. */
export function callOf(
  speaker: Speaker,
  operation: string,
  { input = {}, ...about }: Partial<Parameters<typeof ask>[1]> & { readonly input?: unknown } = {},
): Promise<Said> {
  const params = { name: "call", arguments: { operation, input } };
  return ask(speaker, { ...about, method: "tools/call", params });
}

/** Waits until a node knows an operation. */
export async function untilKnown(speaker: Speaker, name: string): Promise<void> {
  const params = { name: "schema", arguments: { name } };
  await until(async () => {
    const { messages } = await ask(speaker, { method: "tools/call", params });
    return messages[0].result.isError === false;
  }, { what: `${name} to be known at ${speaker.place.url}` });
}
