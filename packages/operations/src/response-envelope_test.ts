import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Value } from "@sinclair/typebox/value";
import {
  httpEnvelope,
  isResponseEnvelope,
  localEnvelope,
  mcpEnvelope,
  RESPONSE_SOURCES,
  ResponseEnvelopeSchema,
  unwrap,
} from "./response-envelope.ts";

const local = { source: "local", operationId: "a.b", timestamp: 1 };
const http = { source: "http", statusCode: 200, headers: {}, contentType: "" };
const mcp = { source: "mcp", isError: false, content: [] };

Deno.test("the sources are local, http and mcp", () => {
  deepStrictEqual([...RESPONSE_SOURCES], ["local", "http", "mcp"]);
});

Deno.test("localEnvelope() keeps the very value and stamps the time of the call", () => {
  const data = { a: 1 };
  const before = Date.now();
  const envelope = localEnvelope(data, "a.b");
  strictEqual(envelope.data, data);
  strictEqual(unwrap(envelope), data);
  ok(envelope.meta.source === "local");
  strictEqual(envelope.meta.operationId, "a.b");
  ok(envelope.meta.timestamp >= before && envelope.meta.timestamp <= Date.now());
});

Deno.test("httpEnvelope() and mcpEnvelope() copy what they are given and add the source", () => {
  const given = { statusCode: 201, headers: { a: "b" }, contentType: "text/plain" };
  deepStrictEqual(httpEnvelope(null, given), { data: null, meta: { source: "http", ...given } });
  deepStrictEqual(mcpEnvelope(undefined, { isError: false, content: [] }), {
    data: undefined,
    meta: mcp,
  });
});

// operations.md §5: what isResponseEnvelope() says, and what the schema says.
const rows: readonly [string, unknown, boolean, boolean][] = [
  ["local", { data: 1, meta: local }, true, true],
  ["http", { data: 1, meta: http }, true, true],
  ["mcp", { data: 1, meta: mcp }, true, true],
  ["undefined data under its key", { data: undefined, meta: local }, true, true],
  ["no data key", { meta: local }, false, false],
  ["no meta", { data: 1 }, false, false],
  ["meta 42", { data: 1, meta: 42 }, false, false],
  ["meta null", { data: 1, meta: null }, false, false],
  ["unknown source", { data: 1, meta: { ...local, source: "ftp" } }, false, false],
  ["no operationId", { data: 1, meta: { source: "local", timestamp: 1 } }, false, false],
  ["no timestamp", { data: 1, meta: { source: "local", operationId: "a" } }, false, false],
  ["http without statusCode", { data: 1, meta: { source: "http" } }, false, false],
  ["http without headers", { data: 1, meta: { source: "http", statusCode: 1 } }, true, false],
  ["mcp without content", { data: 1, meta: { source: "mcp", isError: false } }, false, false],
  ["mcp with textual isError", { data: 1, meta: { ...mcp, isError: "no" } }, false, false],
  [
    "mcp with an unknown block",
    { data: 1, meta: { ...mcp, content: [{ type: "x" }] } },
    true,
    false,
  ],
  [
    "mcp text without text",
    { data: 1, meta: { ...mcp, content: [{ type: "text" }] } },
    true,
    false,
  ],
  [
    "mcp resource_link with the least it needs",
    { data: 1, meta: { ...mcp, content: [{ type: "resource_link", uri: "u", name: "n" }] } },
    true,
    true,
  ],
  ["null", null, false, false],
  ["a string", "x", false, false],
  ["an array", [], false, false],
  ["{}", {}, false, false],
];
for (const [name, value, guard, schema] of rows) {
  Deno.test(`isResponseEnvelope() is ${guard} and its schema ${schema} for ${name}`, () => {
    strictEqual(isResponseEnvelope(value), guard);
    strictEqual(Value.Check(ResponseEnvelopeSchema, value), schema);
  });
}
