import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { CallError } from "../error.ts";
import { closeMCPClient, createMCPClient, type MCPClientConfig } from "../from_mcp.ts";
import { OperationRegistry } from "../registry.ts";
import { type FakeTool, startMcpServer } from "./_mcp_server.ts";

const text = (value: string) => ({ content: [{ type: "text", text: value }] });

/** Clients of a server, which are closed with it. */
async function clients(tools: FakeTool[]) {
  const server = await startMcpServer(tools, { sessions: true });
  await using stack = new AsyncDisposableStack();
  stack.defer(server.close);
  const parts = stack.move();
  return {
    server,
    async connect(config: MCPClientConfig = {}) {
      const client = await createMCPClient("it", { url: server.url, ...config });
      parts.defer(() => closeMCPClient(client));
      return client;
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

const FAILURE = { ...text("x".repeat(2000)), structuredContent: { n: 1 }, isError: true };
const FAILING: FakeTool = { name: "fail", call: () => FAILURE };

Deno.test("with results of MCP a tool's failure has a code of its own and its content as details", async () => {
  await using it = await clients([FAILING]);
  const { tools } = await it.connect({ results: "mcp" });
  const registry = new OperationRegistry();
  registry.registerAll(tools);
  deepStrictEqual(tools[0]?.errorSchemas?.map(({ code }) => code), ["MCP_TOOL_ERROR"]);
  await rejects(registry.execute("it.fail", {}, {}), (error) => {
    ok(error instanceof CallError);
    deepStrictEqual([error.code, error.message.length], ["MCP_TOOL_ERROR", 1024]);
    deepStrictEqual(error.details, {
      content: FAILURE.content,
      structuredContent: { n: 1 },
    });
    return true;
  });
});

Deno.test("the tools of the moment are listed over the same session, or over a new one", async () => {
  const tools = [FAILING];
  await using it = await clients(tools);
  const { server } = it;
  const client = await it.connect();
  tools.push({ name: "added", call: () => text("here") });
  const names = async () => (await client.listTools?.())?.map(({ name }) => name);
  deepStrictEqual(await names(), ["fail", "added"]);
  deepStrictEqual([client.tools.length, server.begun], [1, 1]);
  await server.forget();
  deepStrictEqual(await names(), ["fail", "added"]);
  strictEqual(server.begun, 2);
});

Deno.test("a client is told that its server may be another after it was lost", async () => {
  let told = 0;
  await using it = await clients([{ name: "say", call: () => text("hi") }]);
  const { tools } = await it.connect({ onToolsChanged: () => void told++ });
  const registry = new OperationRegistry();
  registry.registerAll(tools);
  await registry.execute("it.say", {}, {});
  strictEqual(told, 0);
  await it.server.forget();
  await registry.execute("it.say", {}, {});
  strictEqual(told, 1);
});

Deno.test("a server with more tools than may be is refused", async () => {
  await using it = await clients([FAILING, { ...FAILING, name: "other" }]);
  await rejects(it.connect({ maxTools: 1 }), /more than 1/);
  strictEqual((await it.connect({ maxTools: 2 })).tools.length, 2);
});

Deno.test("requests go through the fetch that is given, with the token of the moment", async () => {
  await using it = await clients([FAILING]);
  let count = 0;
  const counting: typeof fetch = (input, init) => {
    count += 1;
    return fetch(input, init);
  };
  await it.connect({ fetch: counting, token: () => "secret" });
  ok(count > 1);
  ok(it.server.headers.every(({ authorization }) => authorization === "Bearer secret"));
});

Deno.test("regular expressions of a server that are only shown are run by nobody", async () => {
  const evil = { type: "string", pattern: "^(a+)+$" };
  const value = `${"a".repeat(50)}!`;
  await using it = await clients([{
    name: "slow",
    inputSchema: { properties: { evil } },
    outputSchema: { properties: { evil } },
    call: () => ({ content: [], structuredContent: { evil: value } }),
  }]);
  const { tools } = await it.connect({ patterns: "shown" });
  const registry = new OperationRegistry();
  registry.registerAll(tools);
  const { data } = await registry.execute("it.slow", { evil: value }, {});
  deepStrictEqual(data, { evil: value });
});
