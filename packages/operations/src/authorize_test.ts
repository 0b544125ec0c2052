import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { authorize, type Ownership } from "./authorize.ts";
import type { AccessControl, Identity } from "./types.ts";

const NO_CLAIM = { id: null, ownership: null };
const ann = (scopes: string[], resources: Record<string, string[]> = {}): Identity => ({
  id: "ann",
  scopes,
  resources,
});
const box: AccessControl = { requiredScopes: [], resourceType: "box", resourceAction: "open" };

// peers-and-auth.md §6
const rows: readonly [string, AccessControl, Identity | null, boolean][] = [
  ["no restriction, nobody", { requiredScopes: [] }, null, true],
  ["a scope, nobody", { requiredScopes: ["a"] }, null, false],
  ["all scopes held", { requiredScopes: ["a", "b"] }, ann(["a", "b"]), true],
  ["a scope missing", { requiredScopes: ["a", "b"] }, ann(["a"]), false],
  ["scopes are case-sensitive", { requiredScopes: ["a"] }, ann(["A"]), false],
  ["no hierarchy of scopes", { requiredScopes: ["a:b"] }, ann(["a", "a:*", "*"]), false],
  ["one of any", { requiredScopes: [], requiredScopesAny: ["a", "b"] }, ann(["b"]), true],
  ["none of any", { requiredScopes: [], requiredScopesAny: ["a"] }, ann([]), false],
  ["an empty any denies", { requiredScopes: [], requiredScopesAny: [] }, ann(["a"]), false],
  ["an action without type denies", { requiredScopes: [], resourceAction: "x" }, ann([]), false],
  ["type with the action", box, ann([], { box: ["open"] }), true],
  ["type without the action", box, ann([], { box: ["shut"] }), false],
  ["one instance is not the type", box, ann([], { "box:1": ["open"] }), false],
  ["an inherited key is none", { ...box, resourceType: "constructor" }, ann([]), false],
  ["scope held, resource not", { ...box, requiredScopes: ["a"] }, ann(["a"]), false],
  [
    "resource held, scope not",
    { ...box, requiredScopes: ["a"] },
    ann([], { box: ["open"] }),
    false,
  ],
  [
    "type alone, some action",
    { requiredScopes: [], resourceType: "box" },
    ann([], { box: ["x"] }),
    true,
  ],
  [
    "type alone, no action",
    { requiredScopes: [], resourceType: "box" },
    ann([], { box: [] }),
    false,
  ],
];
for (const [name, access, identity, ok] of rows) {
  Deno.test(`authorize() ${ok ? "allows" : "denies"}: ${name}`, () => {
    strictEqual(authorize(access, identity, NO_CLAIM).ok, ok);
  });
}

Deno.test("a caller without identity hears that only", () => {
  deepStrictEqual(authorize({ requiredScopes: ["a"] }, null, NO_CLAIM), {
    ok: false,
    reason: "authentication required",
  });
});

Deno.test("where ownership is known, it decides alone", () => {
  const owning = (owns: boolean, ownsAny: boolean): Ownership => ({
    owns: () => owns,
    ownsAny: () => ownsAny,
  });
  const held = ann([], { box: ["open"] });
  const ask = (identity: Identity, id: string | null, ownership: Ownership) =>
    authorize(box, identity, { id, ownership }).ok;
  strictEqual(ask(held, "1", owning(false, true)), false);
  strictEqual(ask(held, null, owning(true, false)), false);
  strictEqual(ask(ann([]), "1", owning(true, false)), true);
  strictEqual(ask(ann([]), null, owning(false, true)), true);
});

const word = fc.constantFrom("a", "b", "c");
const words = fc.uniqueArray(word);
const anyAccess: fc.Arbitrary<AccessControl> = fc.record({
  requiredScopes: words,
  requiredScopesAny: words,
  resourceType: word,
  resourceAction: word,
}, { requiredKeys: ["requiredScopes"] });
const anyIdentity: fc.Arbitrary<Identity> = fc.record({
  id: word,
  scopes: words,
  resources: fc.dictionary(word, words),
});

Deno.test("nobody gains by a scope that the operation does not name", () => {
  fc.assert(fc.property(anyAccess, anyIdentity, (access, identity) => {
    const more = { ...identity, scopes: [...identity.scopes, "unrelated"] };
    deepStrictEqual(authorize(access, more, NO_CLAIM).ok, authorize(access, identity, NO_CLAIM).ok);
  }));
});

Deno.test("nobody loses by holding more", () => {
  fc.assert(fc.property(anyAccess, anyIdentity, words, (access, identity, extra) => {
    const more = { ...identity, scopes: [...identity.scopes, ...extra] };
    if (authorize(access, identity, NO_CLAIM).ok) {
      strictEqual(authorize(access, more, NO_CLAIM).ok, true);
    }
  }));
});

Deno.test("nobody is allowed nothing but what is open to all", () => {
  fc.assert(fc.property(anyAccess, anyIdentity, (access, identity) => {
    if (authorize(access, null, NO_CLAIM).ok) {
      strictEqual(authorize(access, identity, NO_CLAIM).ok, true);
    }
  }));
});

// A change of this signature is a change of who counts: the compiler has to see it.
type Expect<Actual, Wanted> = [Actual] extends [Wanted] ? [Wanted] extends [Actual] ? true : never
  : never;
const signature: Expect<
  Parameters<typeof authorize>,
  [
    AccessControl,
    Identity | null,
    { readonly id: string | null; readonly ownership: Ownership | null },
  ]
> = true;

Deno.test("authorize() has no parameter for claims or flags", () => {
  strictEqual(signature, true);
  strictEqual(authorize.length, 3);
});
