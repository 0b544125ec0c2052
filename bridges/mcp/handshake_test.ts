import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Answered, send, serving } from "./_serving_testing.ts";

function ask(
  url: string,
  message: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  return send(url, JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }), headers);
}

const initialize = (protocolVersion: unknown) => ({
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } },
});

const AGREED = [
  ["2025-11-25", "2025-11-25"],
  ["2025-06-18", "2025-06-18"],
  ["2025-03-26", "2025-11-25"],
  ["2026-07-28", "2025-11-25"],
] as const;

for (const [asked, agreed] of AGREED) {
  Deno.test(`initialize: whoever asks for ${asked} is offered ${agreed}`, async () => {
    await using hub = serving();
    const { body } = await ask(hub.url, initialize(asked));
    const { protocolVersion, capabilities, serverInfo } = body.result;
    strictEqual(protocolVersion, agreed);
    deepStrictEqual(capabilities, { tools: {} });
    deepStrictEqual(serverInfo, { name: "hub", version: "1.2.3" });
  });
}

Deno.test("initialize refuses what says no revision", async () => {
  await using hub = serving();
  const { status, body } = await ask(hub.url, initialize(7));
  deepStrictEqual([status, body.error.code], [200, -32602]);
});

Deno.test("a session that any node gave is good at any other, without it having heard of it", async () => {
  await using first = serving();
  await using second = serving();
  const { headers } = await ask(first.url, initialize("2025-11-25"));
  const session = headers.get("mcp-session-id") ?? "";
  const { status, body } = await ask(second.url, { method: "tools/list" }, {
    "mcp-session-id": session,
  });
  deepStrictEqual([status, body.result.tools.length], [200, 4]);
});

Deno.test("a session that cannot have been given is answered with 404: its client begins anew", async () => {
  await using hub = serving();
  for (const session of ["a b", "x".repeat(129), ""]) {
    const headers = { "mcp-session-id": session };
    strictEqual((await ask(hub.url, { method: "ping" }, headers)).status, 404);
  }
});

Deno.test("a session gives no rights: without a credential it is answered with 401", async () => {
  await using hub = serving();
  const { headers } = await ask(hub.url, initialize("2025-11-25"));
  const { status } = await ask(hub.url, { method: "tools/list" }, {
    "mcp-session-id": headers.get("mcp-session-id") ?? "",
    authorization: "",
  });
  strictEqual(status, 401);
});

Deno.test("ping is answered with nothing in it", async () => {
  await using hub = serving();
  deepStrictEqual((await ask(hub.url, { method: "ping" })).body, {
    ...{ jsonrpc: "2.0", id: 1, result: {} },
  });
});

Deno.test("a result says nothing that only the stateless revision knows", async () => {
  await using hub = serving();
  const params = { name: "call", arguments: { operation: "test/open" } };
  const { body, headers } = await ask(hub.url, { method: "tools/call", params });
  deepStrictEqual(body.result, {
    content: [{ type: "text", text: '{"isOpen":true}' }],
    structuredContent: { isOpen: true },
    isError: false,
    _meta: { "alkdev/requestId": headers.get("x-request-id") },
  });
  const list = await ask(hub.url, { method: "tools/list" });
  deepStrictEqual(Object.keys(list.body.result), ["tools"]);
});

for (const method of ["server/discover", "logging/setLevel", "no/where", "__proto__"]) {
  Deno.test(`${method}, which no revision with a handshake serves here, is not found, with 200`, async () => {
    await using hub = serving();
    const { status, body } = await ask(hub.url, { method });
    deepStrictEqual([status, body.error.code, body.id], [200, -32601, 1]);
  });
}

Deno.test("a revision in the header that is not spoken here is answered with 400", async () => {
  await using hub = serving();
  const { status, body } = await ask(hub.url, { method: "ping" }, {
    "mcp-protocol-version": "2024-11-05",
  });
  deepStrictEqual([status, body.error.data.supported], [400, ["2025-11-25", "2025-06-18"]]);
});

Deno.test("tools/list has one page", async () => {
  await using hub = serving();
  const { body } = await ask(hub.url, { method: "tools/list", params: { cursor: "2" } });
  strictEqual(body.error.code, -32602);
});
