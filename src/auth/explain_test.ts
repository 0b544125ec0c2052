import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type AccessControl, authorize } from "@alkdev/operations";
import fc from "fast-check";
import { explainAccess } from "./explain.ts";

Deno.test("explainAccess() puts each question of an access control on its own", () => {
  const access = [{
    requiredScopes: ["a", "b"],
    requiredScopesAny: ["c", "d"],
    resourceType: "repo",
    resourceAction: "read",
  }];
  const identity = { id: "ann", scopes: ["a", "d"], resources: { repo: ["write"] } };
  const { allowed, reason, rules } = explainAccess({ access }, identity);
  strictEqual(`${allowed} ${reason}`, "false scope b required");
  deepStrictEqual(rules, [
    { rule: "has the scope a", passed: true },
    { rule: "has the scope b", passed: false },
    { rule: "has one of the scopes c, d", passed: true },
    { rule: "has the right read to some repo", passed: false },
  ]);
  deepStrictEqual(explainAccess({ access: [{ requiredScopes: [] }] }, null), {
    allowed: true,
    reason: "allowed",
    rules: [{ rule: "open to everybody", passed: true }],
  });
});

const scopes = fc.uniqueArray(fc.constantFrom("a", "b", "c"));
const access = fc.record({
  requiredScopes: scopes,
  requiredScopesAny: scopes,
  resourceType: fc.constantFrom("repo", "disk"),
  resourceAction: fc.constantFrom("read", "write"),
}, { requiredKeys: ["requiredScopes"] });
const identity = fc.option(fc.record({
  id: fc.constant("ann"),
  scopes,
  resources: fc.dictionary(
    fc.constantFrom("repo", "disk"),
    fc.uniqueArray(fc.constantFrom("read", "write")),
  ),
}));

Deno.test("explainAccess() allows what authorize() allows, and only if each of its rules is met", () => {
  fc.assert(fc.property(fc.array(access, { minLength: 1, maxLength: 3 }), identity, (all, who) => {
    const claim = { id: null, ownership: null };
    const verdict = all.every((one: AccessControl) => authorize(one, who, claim).ok);
    const { allowed, rules } = explainAccess({ access: all }, who);
    strictEqual(allowed, verdict);
    strictEqual(rules.every(({ passed }) => passed), verdict);
  }));
});
