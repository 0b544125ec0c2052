import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { z } from "zod";
import { operation } from "./operation.ts";

for (
  const name of [
    "",
    "read",
    "/fs/read",
    "fs/",
    "/",
    "fs//read",
    "fs/../read",
    "fs/a b",
    "..",
    "a/b/c/d/e/f/g",
  ]
) {
  Deno.test(`operation() refuses the name "${name}"`, () => {
    throws(() => operation({ name, handler: () => 1 }), TypeError);
  });
}

Deno.test("operation() takes a handler for a mutation, and a generator for a subscription", () => {
  strictEqual(operation({ name: "a/b", handler: () => 1 }).type, "mutation");
  strictEqual(operation({ name: "a/b", handler: () => Promise.resolve(1) }).type, "mutation");
  strictEqual(operation({ name: "a/b", async *handler() {} }).type, "subscription");
  strictEqual(operation({ name: "a/b", type: "query", handler: () => 1 }).type, "query");
});

Deno.test("operation() types its handler by the schemas of whichever library", () => {
  operation({
    name: "a/typebox",
    input: Type.Object({ n: Type.Integer() }),
    output: Type.Object({ twice: Type.Integer() }),
    handler: ({ n }) => ({ twice: n * 2 }),
  });
  operation({
    name: "a/zod",
    input: z.object({ text: z.string().transform((text) => text.length) }),
    output: z.number(),
    handler: ({ text }) => text + 1,
  });
  operation({
    name: "a/wrong",
    input: Type.Object({ n: Type.Integer() }),
    output: Type.String(),
    // @ts-expect-error: the output is no string
    handler: ({ n }) => n,
  });
  operation({
    name: "a/stream",
    output: Type.Integer(),
    // @ts-expect-error: its values are no integers
    async *handler() {
      yield "text";
    },
  });
});

Deno.test("operation() asks for no scopes unless it is told to", () => {
  deepStrictEqual(operation({ name: "a/b", handler: () => 1 }).access, { requiredScopes: [] });
  deepStrictEqual(operation({ name: "a/b", scopes: ["s"], handler: () => 1 }).access, {
    requiredScopes: ["s"],
  });
});
