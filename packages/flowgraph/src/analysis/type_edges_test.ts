import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { buildTypeEdges } from "./type_edges.ts";

const string = { type: "string" }, number = { type: "number" };

function spec(name: string, inputSchema: unknown, outputSchema: unknown, type = "query") {
  return { namespace: "n", name, type, inputSchema, outputSchema };
}

Deno.test("buildTypeEdges() compares every ordered pair, in the order of the specs", () => {
  const edges = buildTypeEdges([spec("a", number, string), spec("b", string, number)]);
  deepStrictEqual(edges.map(({ source, target, result }) => [source, target, result.kind]), [
    ["n.a", "n.b", "exact"],
    ["n.b", "n.a", "exact"],
  ]);
});

Deno.test("buildTypeEdges() reports mismatches and leaves out what is unknown", () => {
  const edges = buildTypeEdges([spec("a", {}, string), spec("b", number, {})]);
  deepStrictEqual(edges.map(({ source, target, result }) => [source, target, result.detail]), [
    ["n.a", "n.b", "/: string is not number"],
  ]);
});

Deno.test("a subscription is never the source of a typed edge", () => {
  const edges = buildTypeEdges([spec("a", {}, string, "subscription"), spec("b", string, {})]);
  strictEqual(edges.length, 0);
  const { type: _type, ...other } = spec("a", {}, string);
  strictEqual(
    buildTypeEdges([{ ...other, opType: "SUBSCRIPTION" }, spec("b", string, {})]).length,
    0,
  );
});

Deno.test("an unknown kind of operation is refused by name", () => {
  throws(() => buildTypeEdges([spec("a", {}, {}, "job")]), /n\.a: type is job/);
});
