import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { idempotencyProperty, withIdempotencyKey } from "./idempotency.ts";
import { type OperationSpec, OperationType } from "./types.ts";
import { fromWireSpec } from "./wire/spec.ts";

function specWith(inputSchema: OperationSpec["inputSchema"]): OperationSpec {
  return {
    ...{ namespace: "a", name: "b", version: "1.0.0", description: "", inputSchema },
    ...{ type: OperationType.MUTATION, outputSchema: Type.Unknown() },
    accessControl: { requiredScopes: [] },
  };
}

const keyed = specWith(Type.Object({ id: Type.String({ "x-idempotency-key": true }) }));

Deno.test("the property that is marked takes the key", () => {
  strictEqual(idempotencyProperty(keyed), "id");
  strictEqual(idempotencyProperty(specWith(Type.Object({ id: Type.String() }))), undefined);
  strictEqual(idempotencyProperty(specWith(Type.Unknown())), undefined);
});

Deno.test("the mark reaches the hub with the schema of a node", () => {
  const { spec } = fromWireSpec({
    ...{ name: "a/b", op_type: "mutation", visibility: "external", output_schema: {} },
    input_schema: {
      type: "object",
      properties: { key: { type: "string", "x-idempotency-key": true } },
    },
    access_control: { required_scopes: [] },
  });
  strictEqual(idempotencyProperty(spec), "key");
});

Deno.test("withIdempotencyKey() leaves the input as it was, and gives another", () => {
  const input = { x: 1 };
  deepStrictEqual(withIdempotencyKey(input, { key: "k", spec: keyed }), { x: 1, id: "k" });
  deepStrictEqual(input, { x: 1 });
  deepStrictEqual(withIdempotencyKey({ id: "k" }, { key: "k", spec: keyed }), { id: "k" });
});

Deno.test("withIdempotencyKey() refuses what would not be heeded", () => {
  throws(() => withIdempotencyKey({ id: "l" }, { key: "k", spec: keyed }), {
    code: "VALIDATION_ERROR",
  });
  const spec = specWith(Type.Object({}));
  throws(() => withIdempotencyKey({}, { key: "k", spec }), { code: "VALIDATION_ERROR" });
  throws(() => withIdempotencyKey({}, { key: "ä", spec: keyed }), { code: "VALIDATION_ERROR" });
});
