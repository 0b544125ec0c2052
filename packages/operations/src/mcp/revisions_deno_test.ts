import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../../../../tests/harness/until.ts";
import { closeMCPClient, createMCPClient, type MCPClientConfig } from "../from_mcp.ts";
import { OperationRegistry } from "../registry.ts";
import { type FakeTool, startMcpServer } from "./_mcp_server.ts";
import { startStatelessServer } from "./_stateless_server.ts";

const META = "io.modelcontextprotocol/";
const text = (value: string) => ({ content: [{ type: "text", text: value }] });
const DOUBLE: FakeTool = {
  name: "double",
  inputSchema: { properties: { n: { type: "integer", "x-mcp-header": "N" } }, required: ["n"] },
  outputSchema: { properties: { n: { type: "integer" } }, required: ["n"] },
  call: (input) => {
    const n = 2 * Number(Reflect.get(Object(input), "n"));
    return { ...text("twice"), structuredContent: { n } };
  },
};
const FAIL: FakeTool = { name: "fail", call: () => ({ ...text("no"), isError: true }) };

/** A client of all revisions, and a way to call its tools. */
async function connect(url: string, config: MCPClientConfig = {}) {
  const client = await createMCPClient("it", { url, revisions: "any", ...config });
  return {
    client,
    async call(name: string, input: unknown = {}) {
      const registry = new OperationRegistry();
      registry.registerAll(client.tools);
      return (await registry.execute(`it.${name}`, input, {})).data;
    },
    names: async () => (await client.listTools?.())?.map(({ name }) => name),
    [Symbol.asyncDispose]: () => closeMCPClient(client),
  };
}

Deno.test("a server without sessions is spoken to without a handshake, each request by itself", async () => {
  await using server = startStatelessServer([DOUBLE, FAIL]);
  await using it = await connect(server.url, { results: "mcp", token: () => "secret" });
  deepStrictEqual(await it.call("double", { n: 21 }), { n: 42 });
  await rejects(it.call("fail"), { code: "MCP_TOOL_ERROR", message: "no" });
  deepStrictEqual(server.seen.map(({ method }) => method), [
    ...["server/discover", "tools/list", "tools/call", "tools/call"],
  ]);
  for (const { headers, method, params } of server.seen) {
    const meta = Object(params._meta);
    strictEqual(headers.get("mcp-method"), method);
    strictEqual(headers.get("mcp-protocol-version"), "2026-07-28");
    strictEqual(headers.get("authorization"), "Bearer secret");
    strictEqual(headers.has("mcp-session-id"), false);
    strictEqual(meta[`${META}protocolVersion`], "2026-07-28");
    deepStrictEqual(meta[`${META}clientInfo`], { name: "alkdev-it", version: "1.0.0" });
    // Nothing is offered that a server could ask for.
    deepStrictEqual(meta[`${META}clientCapabilities`], {});
  }
  const [, , doubled] = server.seen;
  strictEqual(doubled?.headers.get("mcp-name"), "double");
  strictEqual(doubled?.headers.get("mcp-param-n"), "21");
});

for (const value of [[1, 2], "text", 7, true]) {
  Deno.test(`what a tool gives may be no object: ${JSON.stringify(value)} wins over the content`, async () => {
    const tool: FakeTool = {
      name: "give",
      outputSchema: {
        type: Array.isArray(value) ? "array" : typeof value,
      },
      call: () => ({ ...text("for people"), structuredContent: value }),
    };
    await using server = startStatelessServer([tool]);
    await using it = await connect(server.url, { results: "mcp", patterns: "shown" });
    deepStrictEqual(await it.call("give"), value);
  });
}

Deno.test("a server with sessions is found to be one, and spoken to as before", async () => {
  const server = await startMcpServer([DOUBLE], { sessions: true });
  await using _ = { [Symbol.asyncDispose]: server.close };
  await using it = await connect(server.url);
  deepStrictEqual(await it.call("double", { n: 2 }), { n: 4 });
  strictEqual(server.begun, 1);
  await server.forget();
  deepStrictEqual(await it.call("double", { n: 3 }), { n: 6 });
  strictEqual(server.begun, 2);
});

Deno.test("pages of a server are read to the last, in either revision", async () => {
  const server = await startMcpServer([DOUBLE, FAIL], { pageSize: 1, sessions: true });
  await using _ = { [Symbol.asyncDispose]: server.close };
  await using it = await connect(server.url);
  deepStrictEqual(await it.names(), ["double", "fail"]);
  await rejects(connect(server.url, { maxTools: 1 }), /more than 1/);
});

Deno.test("tools are asked for anew whenever they are listed, however long a server lets remember them", async () => {
  const tools = [DOUBLE];
  await using server = startStatelessServer(tools);
  await using it = await connect(server.url);
  tools.push(FAIL);
  deepStrictEqual(await it.names(), ["double", "fail"]);
});

Deno.test("a server without sessions tells of changes on a stream, which is opened anew when it has ended", async () => {
  let told = 0;
  await using server = startStatelessServer([DOUBLE]);
  const streams: AbortController[] = [];
  await using it = await connect(server.url, {
    onToolsChanged: () => void told++,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      const { body, headers } = response;
      if (body === null || headers.get("content-type") !== "text/event-stream") return response;
      const stream = new AbortController();
      streams.push(stream);
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      void body.pipeTo(writable, { signal: stream.signal }).catch(() => {});
      return new Response(readable, { headers });
    },
  });
  server.tellChanged();
  await until(() => told === 1, { what: "the change to be told" });
  strictEqual(server.listened(), 1);
  await it.names();
  strictEqual(server.listened(), 1, "the stream is open already");
  streams[0]?.abort();
  await until(async () => {
    await it.names();
    return server.listened() === 2;
  }, { what: "another stream" });
  server.tellChanged();
  await until(() => told === 2, { what: "the next change to be told" });
});

Deno.test("a server that has come to speak another revision is spoken to in that one", async () => {
  const former = await startMcpServer([DOUBLE], { sessions: true });
  const { port } = former;
  await using it = await connect(former.url, { reconnect: { minDelayMs: 1 } });
  await former.close();
  await rejects(it.call("double", { n: 1 }), { retryable: true });
  await using server = startStatelessServer([DOUBLE], port);
  deepStrictEqual(
    await until(() => it.call("double", { n: 1 }).catch(() => undefined), { what: "an answer" }),
    { n: 2 },
  );
  ok(server.seen.length > 0);
});

Deno.test("a client of all revisions says of a server that is away that it may be tried again", async () => {
  const server = startStatelessServer([DOUBLE]);
  await using it = await connect(server.url);
  await server[Symbol.asyncDispose]();
  await rejects(it.call("double", { n: 1 }), {
    code: "EXECUTION_ERROR",
    details: { reason: "upstream_unavailable" },
    retryable: true,
  });
});
