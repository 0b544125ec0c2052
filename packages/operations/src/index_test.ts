import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CallError } from "./error.ts";
import * as mcp from "./from_mcp.ts";
import * as openapi from "./from_openapi.ts";
import * as typemap from "./from_typemap.ts";
import * as index from "./index.ts";

// operations.md §1.2
const VALUES = [
  "OperationType",
  "OperationContextSchema",
  "OperationSpecSchema",
  "AccessControlSchema",
  "ErrorDefinitionSchema",
  "OperationRegistry",
  "formatValueErrors",
  "assertIsSchema",
  "validateOrThrow",
  "collectErrors",
  "buildEnv",
  "FromSchema",
  "scanOperations",
  "CallError",
  "InfrastructureErrorCode",
  "mapError",
  "PendingRequestMap",
  "buildCallHandler",
  "checkAccess",
  "enforceAccess",
  "subscribe",
  "defaultAdapter",
  "zodAdapter",
  "valibotAdapter",
  "createMCPClient",
  "closeMCPClient",
  "MCPClientLoader",
  "ResponseEnvelopeSchema",
  "ResponseMetaSchema",
  "RESPONSE_SOURCES",
  "isResponseEnvelope",
  "localEnvelope",
  "httpEnvelope",
  "mcpEnvelope",
  "unwrap",
  "CallEventMap",
  "CallEventSchema",
  "OperationDefinitionSchema",
];
for (const name of VALUES) {
  Deno.test(`the package exports ${name}`, () => ok(Reflect.get(index, name) !== undefined));
}

// What the pages of the library speak of beside the contract.
for (
  const name of [
    "createDispatcher",
    "createCallSession",
    "fromWireSpec",
    "importSpecs",
    "ImportError",
  ]
) {
  Deno.test(`the package exports ${name}`, () => ok(Reflect.get(index, name) !== undefined));
}

Deno.test("each entry point exports what it is for", () => {
  deepStrictEqual(Object.keys(mcp).sort(), [
    "MCPClientLoader",
    "closeMCPClient",
    "createMCPClient",
    "mapMCPContentBlocks",
  ]);
  deepStrictEqual(Object.keys(typemap).sort(), ["defaultAdapter", "valibotAdapter", "zodAdapter"]);
  deepStrictEqual(Object.keys(openapi).sort(), [
    "FromOpenAPI",
    "FromOpenAPIFile",
    "FromOpenAPIUrl",
    "OpenAPIServiceRegistry",
    "followWithinOrigin",
    "operationsFromOpenAPI",
    "parseDocument",
    "parseSSEFrames",
    "redirectOf",
  ]);
  ok(!("FromOpenAPI" in index) && !("mapMCPContentBlocks" in index));
});

Deno.test("a class is the same through every entry point", () => {
  strictEqual(index.CallError, CallError);
  strictEqual(index.MCPClientLoader, mcp.MCPClientLoader);
  strictEqual(index.CallEventMap, index.CallEventSchema);
});
