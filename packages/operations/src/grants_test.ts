import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { spec } from "./_operations.ts";
import { authorityIdentity, checkGrants, type Grants } from "./grants.ts";
import { createRegistration } from "./registration.ts";
import { OperationRegistry } from "./registry.ts";
import type { OperationSpec } from "./types.ts";

const guarded: Partial<OperationSpec> = { accessControl: { requiredScopes: ["s"] } };
const external: Grants = { visibility: "external" };
const authority = { label: "a", scopes: [] };
const code = (name: string): Partial<OperationSpec> => ({
  ...guarded,
  errorSchemas: [{ code: name, description: "", schema: {} }],
});

const rows: readonly [string, OperationSpec, Grants, RegExp | null][] = [
  ["nothing granted", spec("a.b"), {}, null],
  ["external with access control", spec("a.b", guarded), external, null],
  ["external, open, and said to be", spec("a.b"), { ...external, public: true }, null],
  ["external and open", spec("a.b"), external, /no access control/],
  [
    "external with an empty any",
    spec("a.b", { accessControl: { requiredScopes: ["s"], requiredScopesAny: [] } }),
    external,
    /requiredScopesAny is empty/,
  ],
  [
    "external with an action but no type",
    spec("a.b", { accessControl: { requiredScopes: ["s"], resourceAction: "x" } }),
    external,
    /without resourceType/,
  ],
  [
    "external without a wire id",
    { ...spec("a.b", guarded), namespace: "a.b" },
    external,
    /wire id/,
  ],
  ["external with a name past the grammar", spec("a.b c", guarded), external, /wire id/],
  ["external with a code of the wire", spec("a.b", code("NOT_FOUND")), external, /reserved/],
  ["external with a code of the library", spec("a.b", code("ACCESS_DENIED")), external, /reserved/],
  ["external with an imported code", spec("a.b", code("HTTP_404")), external, /reserved/],
  ["external with its own code", spec("a.b", code("NO_SUCH_FILE")), external, null],
  ["internal with a code of the wire", spec("a.b", code("NOT_FOUND")), {}, null],
  ["an external import", spec("a.b", guarded), { ...external, provenance: "FromCall" }, /internal/],
  [
    "an external session operation",
    spec("a.b", guarded),
    { ...external, provenance: "Session" },
    /internal/,
  ],
  [
    "a leaf with authority",
    spec("a.b"),
    { provenance: "FromMCP", compositionAuthority: authority },
    /compose nothing/,
  ],
  [
    "a leaf with an env",
    spec("a.b"),
    { provenance: "FromOpenAPI", scopedEnv: { allowedOps: new Set() } },
    /compose nothing/,
  ],
  ["a leaf with neither", spec("a.b"), { provenance: "FromCall", scopedEnv: null }, null],
];
for (const [name, operation, grants, refusal] of rows) {
  Deno.test(`registration ${refusal ? "refuses" : "takes"} an operation that is ${name}`, () => {
    const check = () => checkGrants(operation, grants);
    const registry = new OperationRegistry();
    if (refusal === null) {
      doesNotThrow(check);
      registry.registerSpec(operation, grants);
    } else {
      throws(check, { name: "TypeError", message: refusal });
      throws(() => registry.registerSpec(operation, grants), TypeError);
      strictEqual(registry.list().length, 0);
    }
  });
}

Deno.test("an authority is seen as an identity under its label", () => {
  strictEqual(authorityIdentity(null), null);
  deepStrictEqual(
    authorityIdentity({ label: "x", scopes: ["s"], resources: { box: ["open"] } }),
    { id: "x", scopes: ["s"], resources: { box: ["open"] } },
  );
});

Deno.test("an operation outside a registry is bound by the same rule: a leaf composes nothing", () => {
  const grants: Grants = { provenance: "FromCall", scopedEnv: { allowedOps: new Set(["a/b"]) } };
  throws(() => createRegistration(spec("a.b"), () => 1, { grants }), /compose nothing/);
});
