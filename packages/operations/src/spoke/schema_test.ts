import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type TSchema, Type } from "@sinclair/typebox";
import * as v from "valibot";
import { z } from "zod";
import * as z4 from "zod/v4";
import { validatorOf } from "../validator.ts";
import { readSchema, type StandardSchema } from "./schema.ts";

const takes = (schema: TSchema, value: unknown) => validatorOf(schema).check(value);

const SAME: readonly (readonly [string, unknown])[] = [
  ["TypeBox", Type.Object({ n: Type.Integer({ minimum: 1 }) })],
  ["JSON Schema", {
    type: "object",
    required: ["n"],
    properties: { n: { type: "integer", minimum: 1 } },
  }],
  ["Zod 3", z.object({ n: z.number().int().min(1) })],
  ["Zod 4", z4.object({ n: z4.int().min(1) })],
  ["Valibot", v.object({ n: v.pipe(v.number(), v.integer(), v.minValue(1)) })],
];
for (const [library, schema] of SAME) {
  Deno.test(`readSchema() reads a schema of ${library}`, async () => {
    const { typebox, parse } = await readSchema(schema, "input");
    ok(takes(typebox, { n: 1 }));
    ok(!takes(typebox, { n: "1" }) && !takes(typebox, {}));
    deepStrictEqual(await parse?.({ n: 2 }) ?? { n: 2 }, { n: 2 });
  });
}

Deno.test("readSchema() lets a library refine and transform what JSON Schema cannot say", async () => {
  const even = z.object({ n: z.number().refine((n) => n % 2 === 0, "odd") })
    .transform(({ n }) => n / 2);
  const { typebox, parse } = await readSchema(even, "input");
  ok(takes(typebox, { n: 3 }));
  strictEqual(await parse?.({ n: 4 }), 2);
  await rejects(async () => await parse?.({ n: 3 }), {
    ...{ code: "VALIDATION_ERROR", message: "invalid input: odd" },
  });
});

Deno.test("readSchema() tells input and output of a schema apart", async () => {
  const schema = z4.object({ n: z4.number().default(3) });
  const input = await readSchema(schema, "input");
  const output = await readSchema(schema, "output");
  ok(takes(input.typebox, {}) && !takes(output.typebox, {}));
  deepStrictEqual(await input.parse?.({}), { n: 3 });
});

Deno.test("readSchema() believes a library that tells its JSON Schema itself", async () => {
  const schema: StandardSchema & object = {
    "~standard": Object.assign({
      ...{ version: 1 as const, vendor: "somebody" },
      validate: (value: unknown) => ({ value }),
    }, { jsonSchema: { input: () => ({ type: "boolean" }) } }),
  };
  const { typebox } = await readSchema(schema, "input");
  ok(takes(typebox, true) && !takes(typebox, 1));
});

for (const nothing of [undefined, null, 7, "string", () => {}]) {
  Deno.test(`readSchema() refuses ${String(nothing)}`, async () => {
    await rejects(readSchema(nothing, "input"), TypeError);
  });
}
