import { strictEqual } from "node:assert/strict";
import { typeCompat } from "./type_compat.ts";

const string = { type: "string" }, number = { type: "number" };

function object(properties: Record<string, object>): object {
  return { type: "object", properties, required: Object.keys(properties) };
}

Deno.test("typeCompat() ends on schemas nested beyond reason", () => {
  const deep = (leaf: object) => {
    let schema = leaf;
    for (let i = 0; i < 1000; i++) schema = { type: "array", items: schema };
    return schema;
  };
  strictEqual(typeCompat(deep(string), deep(number)).kind, "unknown");
});

Deno.test("typeCompat() gives no verdict on schemas that a stack cannot hold", () => {
  const deep = (leaf: object) => {
    let schema = leaf;
    for (let i = 0; i < 50_000; i++) schema = { type: "array", items: schema };
    return schema;
  };
  strictEqual(typeCompat(deep(string), deep(number)).kind, "unknown");
  strictEqual(typeCompat(string, deep(number)).kind, "unknown");
});

Deno.test("typeCompat() gives no verdict on an allOf that contains itself", () => {
  const loop = {
    $defs: {
      A: { allOf: [{ $ref: "#/$defs/A" }] },
      B: { allOf: [object({}), { $ref: "#/$defs/B" }] },
    },
  };
  for (const $ref of ["#/$defs/A", "#/$defs/B"]) {
    strictEqual(typeCompat({ ...loop, $ref }, string).kind, "unknown");
    strictEqual(typeCompat(object({}), { ...loop, $ref }).kind, "unknown");
  }
});

/** Definitions of which each names the one before, as `rung` does. */
function ladder(leaf: object, rung: (ref: object) => object): object {
  const $defs: Record<string, object> = { A0: leaf };
  for (let i = 1; i <= 40; i++) $defs[`A${i}`] = rung({ $ref: `#/$defs/A${i - 1}` });
  return { $defs, $ref: "#/$defs/A40" };
}

Deno.test("typeCompat() ends on unions of references, which multiply with each level", () => {
  const rung = (ref: object) => ({ anyOf: [object({ a: ref }), object({ a: ref, b: ref })] });
  strictEqual(typeCompat(ladder(string, rung), ladder(number, rung)).kind, "unknown");
});

Deno.test("typeCompat() ends on an allOf of references, which multiply with each level", () => {
  const rung = (ref: object) => ({ allOf: [ref, ref] });
  strictEqual(typeCompat(ladder(object({}), rung), object({ a: string })).kind, "unknown");
});
