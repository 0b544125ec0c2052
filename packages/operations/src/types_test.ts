import { strictEqual } from "node:assert/strict";
import { Value } from "@sinclair/typebox/value";
import { spec } from "./_operations.ts";
import {
  AccessControlSchema,
  OperationContextSchema,
  OperationDefinitionSchema,
  OperationSpecSchema,
  OperationType,
} from "./types.ts";

Deno.test("OperationType holds the three words of the protocol", () => {
  strictEqual(OperationType.QUERY, "query");
  strictEqual(OperationType.MUTATION, "mutation");
  strictEqual(OperationType.SUBSCRIPTION, "subscription");
});

Deno.test("OperationSpecSchema accepts a specification with and without more keys", () => {
  strictEqual(Value.Check(OperationSpecSchema, spec("a.b")), true);
  strictEqual(Value.Check(OperationSpecSchema, { ...spec("a.b"), more: 1, title: "t" }), true);
});

for (const key of ["name", "namespace", "version", "type", "description", "accessControl"]) {
  Deno.test(`OperationSpecSchema refuses a specification without ${key}`, () => {
    const { [key]: _, ...rest }: Record<string, unknown> = { ...spec("a.b") };
    strictEqual(Value.Check(OperationSpecSchema, rest), false);
  });
}

Deno.test("OperationDefinitionSchema needs a handler besides", () => {
  strictEqual(Value.Check(OperationDefinitionSchema, spec("a.b")), false);
  strictEqual(Value.Check(OperationDefinitionSchema, { ...spec("a.b"), handler: 1 }), true);
});

Deno.test("OperationContextSchema accepts an empty context and refuses an identity without scopes", () => {
  strictEqual(Value.Check(OperationContextSchema, {}), true);
  strictEqual(Value.Check(OperationContextSchema, { identity: { id: "a" } }), false);
  strictEqual(Value.Check(OperationContextSchema, { trusted: "yes" }), false);
});

Deno.test("AccessControlSchema needs requiredScopes", () => {
  strictEqual(Value.Check(AccessControlSchema, {}), false);
  strictEqual(Value.Check(AccessControlSchema, { requiredScopes: [] }), true);
});
