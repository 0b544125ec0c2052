import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { OperationRegistry, OperationType, registryView } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { createSight, seen, type Sight } from "./call_sight.ts";

const ANN = { id: "ann", scopes: ["files:read"] }, ADMIN = { id: "root", scopes: ["admin"] };

function view() {
  const registry = new OperationRegistry();
  registry.register({
    ...{ namespace: "test", name: "read", version: "1.0.0", type: OperationType.QUERY },
    ...{ description: "", inputSchema: Type.Unknown(), outputSchema: Type.Unknown() },
    accessControl: { requiredScopes: ["files:read"] },
    handler: () => null,
  }, { visibility: "external" });
  return registryView(registry);
}

const rows: readonly [string, typeof ANN, Parameters<typeof seen>[0], Sight][] = [
  ["an administrator", ADMIN, { operation: "test/gone", caller: "bob" }, "whole"],
  ["its caller", ANN, { operation: "test/gone", caller: "ann", originator: "bob" }, "whole"],
  [
    "who it was made for",
    ANN,
    { operation: "test/gone", caller: "a", originator: "ann" },
    "outline",
  ],
  ["who could make it", ANN, { operation: "test/read", caller: "bob" }, "outline"],
  ["anybody else", ANN, { operation: "test/gone", caller: "bob" }, "none"],
];
for (const [who, identity, call, expected] of rows) {
  Deno.test(`of a call ${who} sees: ${expected}`, () => {
    strictEqual(createSight(view(), identity)(call), expected);
  });
}

Deno.test("an outline says nothing of input and output", () => {
  const call = {
    operation: "test/read",
    caller: "spoke",
    originator: "ann",
    input: "1",
    output: "2",
  };
  const { input: _input, output: _output, ...outline } = call;
  deepStrictEqual(seen(call, createSight(view(), ANN)), outline);
});
