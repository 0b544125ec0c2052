import { doesNotThrow, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { checkAccess, enforceAccess } from "./access.ts";
import type { AccessControl, Identity } from "./types.ts";

const ann = (scopes: string[], resources?: Record<string, string[]>): Identity =>
  resources === undefined ? { id: "ann", scopes } : { id: "ann", scopes, resources };

// operations.md §6
const typed: AccessControl = { requiredScopes: [], resourceType: "doc", resourceAction: "read" };
const rows: readonly [string, AccessControl, Identity, boolean][] = [
  ["nothing required", { requiredScopes: [] }, ann([]), true],
  ["all scopes held", { requiredScopes: ["a", "b"] }, ann(["b", "a", "c"]), true],
  ["one scope missing", { requiredScopes: ["a", "b"] }, ann(["a"]), false],
  ["one of any held", { requiredScopes: [], requiredScopesAny: ["a", "b"] }, ann(["b"]), true],
  ["none of any held", { requiredScopes: [], requiredScopesAny: ["a"] }, ann(["x"]), false],
  ["empty any", { requiredScopes: [], requiredScopesAny: [] }, ann([]), true],
  [
    "some resource with the action",
    typed,
    ann([], { "doc:1": ["write"], "doc:2": ["read"] }),
    true,
  ],
  ["resource of another type", typed, ann([], { "document:1": ["read"] }), false],
  ["resource key without a colon", typed, ann([], { doc: ["read"] }), false],
  ["resource without the action", typed, ann([], { "doc:1": ["write"] }), false],
  ["no resources", typed, ann([]), false],
  ["empty resources", typed, ann([], {}), false],
  ["type without action", { requiredScopes: [], resourceType: "doc" }, ann([]), true],
  ["action without type", { requiredScopes: [], resourceAction: "read" }, ann([]), true],
];
for (const [name, access, identity, allowed] of rows) {
  Deno.test(`checkAccess() is ${allowed} for ${name}`, () => {
    strictEqual(checkAccess(access, identity), allowed);
  });
}

Deno.test("enforceAccess() lets anybody pass where nothing is required", () => {
  doesNotThrow(() => enforceAccess({ requiredScopes: [] }, undefined, "a.b"));
  doesNotThrow(() =>
    enforceAccess({ requiredScopes: [], requiredScopesAny: [] }, undefined, "a.b")
  );
  doesNotThrow(() => enforceAccess({ requiredScopes: [], resourceAction: "x" }, undefined, "a.b"));
});

Deno.test("enforceAccess() asks for an identity where something is required", () => {
  throws(() => enforceAccess({ requiredScopes: ["s"] }, undefined, "a.b"), {
    code: "ACCESS_DENIED",
    message: /a\.b.*identity required/,
    details: { operationId: "a.b", requiredScopes: ["s"] },
  });
  throws(() => enforceAccess({ requiredScopes: [], resourceType: "doc" }, undefined, "a.b"));
  doesNotThrow(() => enforceAccess({ requiredScopes: [], resourceType: "doc" }, ann([]), "a.b"));
});

Deno.test("enforceAccess() names the operation when it denies", () => {
  throws(() => enforceAccess({ requiredScopes: ["s"] }, ann([]), "a.b"), {
    code: "ACCESS_DENIED",
    message: /a\.b/,
    details: { requiredScopes: ["s"] },
  });
});

Deno.test("enforceAccess() lets trusted composition pass", () => {
  doesNotThrow(() => enforceAccess({ requiredScopes: ["s"] }, undefined, "a.b", true));
});

Deno.test("checkAccess() never grants more for a scope that the operation does not ask for", () => {
  const scope = fc.constantFrom("a", "b", "c", "d", "e");
  fc.assert(fc.property(
    fc.array(scope),
    fc.array(scope),
    fc.array(scope),
    (requiredScopes, requiredScopesAny, held) => {
      const access = { requiredScopes, requiredScopesAny };
      strictEqual(
        checkAccess(access, ann([...held, "unrelated"])),
        checkAccess(access, ann(held)),
      );
    },
  ));
});
