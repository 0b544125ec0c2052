import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { ANN, ENVELOPE, send, serving } from "./_serving_testing.ts";
import { META, STATELESS } from "./revisions.ts";
import { TOOLS } from "./tools.ts";

/** What the official server answers, given the same tools. */
const official = createMcpHandler(() => {
  const server = new Server({ name: "hub", version: "1.2.3" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: TOOLS.map(({ name }) => ({ name, inputSchema: { type: "object" } })),
  }));
  server.setRequestHandler("tools/call", () => ({ content: [] }));
  return server;
});

const call = {
  ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
  params: { name: "schema", arguments: { name: "/test/echo" }, _meta: ENVELOPE },
};
const list = { jsonrpc: "2.0", id: "a", method: "tools/list", params: { _meta: ENVELOPE } };
const headers = {
  "mcp-protocol-version": STATELESS,
  "mcp-method": "tools/call",
  "mcp-name": "schema",
};
const listed = { "mcp-protocol-version": STATELESS, "mcp-method": "tools/list" };
const withMeta = (meta: Record<string, unknown>) => ({ ...list, params: { _meta: meta } });
const { [META.protocolVersion]: version, [META.clientCapabilities]: capabilities } = ENVELOPE;
const told = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
const handshake = {
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: {
    ...{ protocolVersion: "2025-11-25", capabilities: {} },
    clientInfo: { name: "test", version: "1" },
  },
};

/** Named by what is peculiar in them. */
const REQUESTS: Readonly<
  Record<string, readonly [body: unknown, headers?: Record<string, string>]>
> = {
  "nothing": [call, headers],
  "an id that is a text": [list, listed],
  "no Mcp-Protocol-Version": [call, { "mcp-method": "tools/call", "mcp-name": "schema" }],
  "no Mcp-Method": [call, { "mcp-protocol-version": STATELESS, "mcp-name": "schema" }],
  "no Mcp-Name": [call, { "mcp-protocol-version": STATELESS, "mcp-method": "tools/call" }],
  "no header at all": [call],
  "another Mcp-Method": [call, { ...headers, "mcp-method": "tools/list" }],
  "Mcp-Method in capitals": [list, { ...listed, "mcp-method": "TOOLS/LIST" }],
  "another Mcp-Name": [call, { ...headers, "mcp-name": "call" }],
  "spaces around Mcp-Name": [call, { ...headers, "mcp-name": "  schema " }],
  "Mcp-Name in base64": [call, { ...headers, "mcp-name": "=?base64?c2NoZW1h?=" }],
  "Mcp-Name in base64 of another": [call, { ...headers, "mcp-name": "=?base64?Y2FsbA==?=" }],
  "Mcp-Name in base64 without padding": [call, { ...headers, "mcp-name": "=?base64?Y2FsbA?=" }],
  "Mcp-Name that is no base64": [call, { ...headers, "mcp-name": "=?base64?c2N!?=" }],
  "Mcp-Name that is no UTF-8": [call, { ...headers, "mcp-name": "=?base64?/w==?=" }],
  "Mcp-Name half encoded": [call, { ...headers, "mcp-name": "=?base64?c2NoZW1h" }],
  "another revision in the header": [call, { ...headers, "mcp-protocol-version": "2025-11-25" }],
  "a later revision in the header": [call, { ...headers, "mcp-protocol-version": "2027-01-01" }],
  "a later revision in both": [withMeta({ ...ENVELOPE, [META.protocolVersion]: "2027-01-01" }), {
    ...listed,
    "mcp-protocol-version": "2027-01-01",
  }],
  "a revision with a handshake in both": [
    withMeta({ ...ENVELOPE, [META.protocolVersion]: "2025-11-25" }),
    { ...listed, "mcp-protocol-version": "2025-11-25" },
  ],
  "no revision in the body": [withMeta({ [META.clientCapabilities]: {} }), listed],
  "no _meta": [{ ...list, params: {} }, listed],
  "no params": [{ jsonrpc: "2.0", id: 1, method: "tools/list" }, listed],
  "no capabilities": [withMeta({ [META.protocolVersion]: version }), listed],
  "capabilities that are a list": [
    withMeta({ ...ENVELOPE, [META.clientCapabilities]: [] }),
    listed,
  ],
  "a revision that is a number": [withMeta({ ...ENVELOPE, [META.protocolVersion]: 1 }), listed],
  "a clientInfo without a name": [withMeta({ ...ENVELOPE, [META.clientInfo]: {} }), listed],
  "a clientInfo": [
    withMeta({ ...ENVELOPE, [META.clientInfo]: { name: "n", version: "1" } }),
    listed,
  ],
  "members of _meta that are not known": [withMeta({ ...ENVELOPE, "some/thing": [1] }), listed],
  "a _meta that is a text": [{ ...list, params: { _meta: "x" } }, listed],
  "params that are a list": [{ ...list, params: [] }, listed],
  "a method that is not known": [{ ...list, method: "no/where" }, {
    ...listed,
    "mcp-method": "no/where",
  }],
  "a method of the past": [{ ...list, method: "ping" }, { ...listed, "mcp-method": "ping" }],
  "initialize with a claim": [{ ...list, method: "initialize" }, {
    ...listed,
    "mcp-method": "initialize",
  }],
  "initialize with a header of the stateless revision": [handshake, listed],
  "prompts, of which there are none": [{ ...list, method: "prompts/list" }, {
    ...listed,
    "mcp-method": "prompts/list",
  }],
  "a notification": [told, { ...listed, "mcp-method": "notifications/cancelled" }],
  "a notification with another Mcp-Method": [told, listed],
  "a notification with a claim": [{ ...told, params: { requestId: 1, _meta: ENVELOPE } }, {
    ...listed,
    "mcp-method": "notifications/cancelled",
  }],
  "a notification without Mcp-Method": [told, { "mcp-protocol-version": STATELESS }],
  "a list of messages": [[list], listed],
  "an empty list": [[], listed],
  "no jsonrpc": [{ id: 1, method: "tools/list", params: { _meta: ENVELOPE } }, listed],
  "another jsonrpc": [{ ...list, jsonrpc: "1.0" }, listed],
  "an id that is null": [{ ...list, id: null }, listed],
  "an id that is broken": [{ ...list, id: 1.5 }, listed],
  "a method that is a number": [{ ...list, method: 7 }, listed],
  "an empty object": [{}, listed],
  "a text": ["tools/list", listed],
  "a number": [7, listed],
  "null": [null, listed],
  "a content type that is not JSON": [list, { ...listed, "content-type": "text/plain" }],
};

ok(capabilities !== undefined);

for (const [peculiar, [body, sent = {}]] of Object.entries(REQUESTS)) {
  Deno.test(`what is peculiar in a request is ${peculiar}: answered as the official server does`, async () => {
    await using hub = serving();
    const text = JSON.stringify(body);
    const ours = await send(hub.url, text, sent);
    const request = new Request(hub.url, {
      method: "POST",
      body: text,
      headers: { ...ANN, ...sent },
    });
    const theirs = await official.fetch(request);
    const answer = await theirs.text();
    const { id = null, error } = answer.startsWith("{") ? JSON.parse(answer) : {};
    deepStrictEqual([ours.status, ours.body?.error?.code], [theirs.status, error?.code]);
    // In what is no message, an id may be as wrong as the rest.
    if (error?.code !== -32600) strictEqual(ours.body?.id ?? null, id);
  });
}
