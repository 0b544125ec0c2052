import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { resolveConfig } from "../config/mod.ts";
import { createExportRules, DEFAULT_EXPORT_RULES, exportRulesOf } from "./export_rules.ts";

/** What a hub is told to offer. */
const configured = (exports: unknown) =>
  exportRulesOf(resolveConfig({ env: { HUB_EXPORTS: JSON.stringify(exports) } }).config.exports);

Deno.test("a hub that is told nothing offers everything, to callers with spokes:call", () => {
  deepStrictEqual(exportRulesOf(resolveConfig().config.exports), DEFAULT_EXPORT_RULES);
});

Deno.test("the first rule that names an operation counts, and what none names is offered to nobody", () => {
  const find = createExportRules(configured([
    { peer: "dev1", operations: ["fs/read", "text/*"], scopes: ["files"] },
    { peer: "*", operations: ["fs/*"], scopes: ["a:b", "c"] },
  ]));
  const scopesOf = (peer: string, name: string) => find(peer, name)?.access.requiredScopes;
  deepStrictEqual(scopesOf("dev1", "fs/read"), ["files"]);
  deepStrictEqual(scopesOf("dev1", "text/upper"), ["files"]);
  deepStrictEqual(scopesOf("dev1", "fs/write"), ["a:b", "c"]);
  deepStrictEqual(scopesOf("dev2", "fs/read"), ["a:b", "c"]);
  strictEqual(scopesOf("dev2", "text/upper"), undefined);
  strictEqual(createExportRules(configured([]))("dev1", "fs/read"), undefined);
});

for (
  const [what, rule] of [
    ["no scopes", { peer: "*", operations: ["*"], scopes: [] }],
    ["no word of scopes", { peer: "*", operations: ["*"] }],
    ["a scope that is none", { peer: "*", operations: ["*"], scopes: ["*"] }],
    ["no operations", { peer: "*", operations: [], scopes: ["a"] }],
    ["a star in the middle", { peer: "*", operations: ["fs/*/x"], scopes: ["a"] }],
    ["a pattern of names", { peer: "dev*", operations: ["*"], scopes: ["a"] }],
    ["something else in it", { peer: "*", operations: ["*"], scopes: ["a"], access: {} }],
  ] as const
) {
  Deno.test(`a rule with ${what} is refused before the hub starts`, () => {
    throws(() => configured([rule]), /HUB_EXPORTS/);
  });
}
