/** Servers that say by themselves that their tools have changed, in either kind of revision. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
// @ts-types="@modelcontextprotocol/sdk/server/mcp"
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { FakeTool } from "../../packages/operations/src/mcp/_mcp_server.ts";
import { startStatelessServer } from "../../packages/operations/src/mcp/_stateless_server.ts";
import { until } from "../harness/until.ts";
import { startImporting } from "./_importing_testing.ts";

const answer = () => ({ content: [{ type: "text" as const, text: "here" }] });

/** What a server may send only to who has said that it takes tasks. */
const TASK = {
  ...{ resultType: "task", taskId: "t1", status: "working", ttlMs: 60_000 },
  ...{ createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:00Z" },
};

Deno.test("a server that says that its tools have changed is asked for them at once", async () => {
  const server = new McpServer({ name: "changing", version: "1.0.0" });
  const gone = server.registerTool("gone", { description: "Goes" }, answer);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
  });
  await server.connect(transport);
  let isListening = false;
  await using http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      isListening ||= request.method === "GET";
      return transport.handleRequest(request);
    },
  );
  {
    const mcp = `http://127.0.0.1:${http.addr.port}/mcp`;
    // Nothing else would make it ask.
    await using hub = await startImporting({ tools: { mcp, refreshSeconds: 0 } });
    strictEqual((await hub.admin.status("tools")).operations, 1);
    await until(() => isListening, { what: "the hub to listen" });
    server.registerTool("added", { description: "Comes" }, answer);
    await hub.admin.status("tools", ({ operations }) => operations === 2);
    gone.remove();
    await hub.admin.status("tools", ({ operations }) => operations === 1);
    strictEqual((await hub.admin.call("/tools/added")).status, 200);
    strictEqual((await hub.admin.call("/tools/gone")).status, 404);
  }
  await server.close();
});

Deno.test("a server without sessions is imported, called, and asked for its tools when they have changed", async () => {
  const tools: FakeTool[] = [{ name: "first", call: answer }];
  await using server = startStatelessServer(tools);
  // Nothing else would make it ask.
  await using hub = await startImporting({ tools: { mcp: server.url, refreshSeconds: 0 } });
  const { admin } = hub;
  strictEqual((await admin.status("tools")).operations, 1);
  strictEqual((await admin.call("/tools/first")).status, 200);
  await until(() => server.listened() === 1, { what: "the hub to listen" });
  tools.push({ name: "added", call: answer });
  server.tellChanged();
  await admin.status("tools", ({ operations }) => operations === 2);
  strictEqual((await admin.call("/tools/added")).status, 200);
  strictEqual(server.seen.some(({ method }) => method === "initialize"), false);
  // Nobody owes an answer to what a server may not send: tasks above all, and what it asks back.
  for (const { method, params } of server.seen) {
    const { "io.modelcontextprotocol/clientCapabilities": able } = Object(params._meta);
    deepStrictEqual(able, {}, method);
  }
  ok(server.seen.some(({ method }) => method === "tools/call"));
  tools.push({ name: "later", call: () => ({ ...answer(), ...TASK }) });
  await admin.refresh("tools");
  const { status, body } = await admin.call("/tools/later");
  deepStrictEqual([status, body.code, body.details?.reason], [500, "INTERNAL", "upstream_failed"]);
});
