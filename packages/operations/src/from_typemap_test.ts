import { ok, rejects, strictEqual, throws } from "node:assert/strict";
import { KindGuard, Type } from "@sinclair/typebox";
import * as v from "valibot";
import { z } from "zod";
import * as z4 from "zod/v4";
import { operation } from "./_operations.ts";
import { defaultAdapter, valibotAdapter, zodAdapter } from "./from_typemap.ts";
import { OperationRegistry } from "./registry.ts";
import type { OperationSpec } from "./types.ts";

const zod = z.object({ n: z.number() });
const valibot = v.object({ n: v.number() });
const adapters = [
  { name: "zodAdapter", make: zodAdapter, own: zod, other: valibot, label: "Zod" },
  { name: "valibotAdapter", make: valibotAdapter, own: valibot, other: zod, label: "Valibot" },
];

Deno.test("defaultAdapter takes TypeBox schemas only", () => {
  const schema = Type.String();
  strictEqual(defaultAdapter.toTypeBox(schema), schema);
  for (const other of [{}, zod, "x", undefined]) {
    throws(() => defaultAdapter.toTypeBox(other), {
      name: "Error",
      message: new RegExp(`expected a TypeBox schema.*${typeof other}`),
    });
  }
});

for (const { name, make, own, other, label } of adapters) {
  Deno.test(`${name}() gives TypeBox schemas back, before and after init()`, async () => {
    const adapter = make();
    const schema = Type.String();
    strictEqual(adapter.toTypeBox(schema), schema);
    await adapter.init();
    strictEqual(adapter.toTypeBox(schema), schema);
  });

  Deno.test(`${name}() converts nothing before its own init()`, async () => {
    const adapter = make();
    throws(() => adapter.toTypeBox(own), /not initialized/);
    await make().init();
    throws(() => adapter.toTypeBox(own), /not initialized/);
  });

  Deno.test(`${name}() converts its own schemas after init(), which may run twice at once`, async () => {
    const adapter = make();
    await Promise.all([adapter.init(), adapter.init()]);
    await adapter.init();
    ok(KindGuard.IsSchema(adapter.toTypeBox(own)));
  });

  Deno.test(`${name}() tells foreign schemas apart`, async () => {
    const adapter = make();
    await adapter.init();
    throws(() => adapter.toTypeBox(other), /different schema library/);
    for (const value of [{}, { type: "string" }, null, "x", 1]) {
      throws(() => adapter.toTypeBox(value), new RegExp(`not a ${label} or TypeBox schema`));
    }
  });

  Deno.test(`a registry with ${name}() runs converted and TypeBox operations side by side`, async () => {
    const adapter = make();
    await adapter.init();
    const registry = new OperationRegistry({ schemaAdapter: adapter });
    // The static type of a specification knows TypeBox only; that is what the adapter is for.
    const foreign: Partial<OperationSpec> = {
      inputSchema: own as never,
      outputSchema: Type.Unknown(),
    };
    registry.register(operation("a.foreign", (input) => input, foreign));
    registry.register(operation("a.own", (input) => input, { inputSchema: Type.String() }));
    const input = { n: 1 };
    strictEqual((await registry.execute("a.foreign", input, {})).data, input);
    await rejects(registry.execute("a.foreign", { n: "1" }, {}), { code: "VALIDATION_ERROR" });
    strictEqual((await registry.execute("a.own", "x", {})).data, "x");
  });
}

Deno.test("zodAdapter() refuses schemas of Zod 4, which it would make nonsense of", async () => {
  const adapter = zodAdapter();
  await adapter.init();
  for (const schema of [z4.object({ n: z4.number() }), z4.string(), z4.string().optional()]) {
    throws(() => adapter.toTypeBox(schema), /it is one of Zod 4, and Zod 3 is needed/);
  }
});
