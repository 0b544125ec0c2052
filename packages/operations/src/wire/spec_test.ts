import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { operation } from "../_operations.ts";
import { checkAccess } from "../access.ts";
import { authorize } from "../authorize.ts";
import { checkGrants } from "../grants.ts";
import { createRegistration } from "../registration.ts";
import { collectErrors } from "../validation.ts";
import { fromWireSpec, toWireSpec } from "./spec.ts";

const peers = (changes: object = {}) => ({
  name: "fs/read",
  namespace: "fs",
  op_type: "query",
  visibility: "external",
  input_schema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  output_schema: {},
  error_schemas: [],
  access_control: {
    required_scopes: [],
    required_scopes_any: null,
    resource_type: null,
    resource_action: null,
  },
  ...changes,
});

const registered = createRegistration(
  operation("fs.read", () => 1, {
    inputSchema: Type.Object({ path: Type.String() }),
    outputSchema: Type.String(),
    accessControl: { requiredScopes: ["fs"], resourceType: "file", resourceAction: "read" },
    errorSchemas: [{ code: "GONE", description: "d", schema: { type: "object" } }],
    tags: ["t"],
  }),
  () => 1,
  { grants: { visibility: "external", resourceIdPath: "$.path" } },
);

Deno.test("an operation is told in the words of the wire", () => {
  deepStrictEqual(JSON.parse(JSON.stringify(toWireSpec(registered, "fs/read"))), {
    name: "fs/read",
    namespace: "fs",
    op_type: "query",
    visibility: "external",
    input_schema: { type: "object", required: ["path"], properties: { path: { type: "string" } } },
    output_schema: { type: "string" },
    error_schemas: [{
      code: "GONE",
      description: "d",
      schema: { type: "object" },
      http_status: null,
    }],
    access_control: {
      required_scopes: ["fs"],
      required_scopes_any: null,
      resource_type: "file",
      resource_action: "read",
    },
    resource_id_path: "$.path",
    description: "Operation fs.read",
    tags: ["t"],
  });
});

Deno.test("what is told can be imported, and checks the same", () => {
  const { name, spec, grants } = fromWireSpec(
    JSON.parse(JSON.stringify(toWireSpec(registered, "fs/read"))),
  );
  strictEqual(name, "fs/read");
  deepStrictEqual([spec.namespace, spec.name, spec.type], ["fs", "read", "query"]);
  deepStrictEqual(spec.accessControl, registered.spec.accessControl);
  deepStrictEqual(spec.errorSchemas, registered.spec.errorSchemas);
  deepStrictEqual(grants, {
    visibility: "internal",
    provenance: "FromCall",
    resourceIdPath: "$.path",
  });
  strictEqual(collectErrors(spec.inputSchema, { path: "x" }).length, 0);
  ok(collectErrors(spec.inputSchema, {}).length > 0);
  checkGrants(spec, grants);
});

Deno.test("a peer cannot make its operation external, or give it rights", () => {
  const { grants } = fromWireSpec(peers({
    visibility: "external",
    provenance: "Local",
    compositionAuthority: { label: "x", scopes: ["admin"] },
    scopedEnv: { allowedOps: ["a/b"] },
    public: true,
  }));
  deepStrictEqual(grants, { visibility: "internal", provenance: "FromCall" });
});

// call-protocol.md §16.3 and peers-and-auth.md §6: malformed means denied, never open.
const root = { id: "root", scopes: ["admin", "fs"], resources: { file: ["read"] } };
for (
  const access of [
    undefined,
    null,
    "open",
    [],
    {},
    { required_scopes: "fs" },
    { required_scopes: [1] },
    { required_scopes: [], required_scopes_any: "x" },
    { required_scopes: [], resource_type: 5 },
    { required_scopes: [], required_scopes_any: [] },
    { required_scopes: [], resource_action: "x" },
  ]
) {
  Deno.test(`a peer's access control ${JSON.stringify(access)} lets nobody in`, () => {
    const { accessControl } = fromWireSpec(peers({ access_control: access })).spec;
    strictEqual(authorize(accessControl, root, { id: null, ownership: null }).ok, false);
  });
}

Deno.test("a malformed access control is no opening under the older rules either", () => {
  strictEqual(
    checkAccess(fromWireSpec(peers({ access_control: null })).spec.accessControl, root),
    false,
  );
});

const refused: readonly [string, unknown][] = [
  ["nothing", null],
  ["no name", peers({ name: undefined })],
  ["a name past the grammar", peers({ name: "../x" })],
  ["a name without namespace", peers({ name: "read" })],
  ["an unknown type", peers({ op_type: "stream" })],
  ["a schema past 64 KiB", peers({ input_schema: { description: "x".repeat(70_000) } })],
  ["a schema that refers elsewhere", peers({ input_schema: { $ref: "https://evil.example/x" } })],
  ["a schema that refers to nothing", peers({ input_schema: { $ref: "#/$defs/none" } })],
  [
    "a schema with a forbidden key",
    peers({ input_schema: JSON.parse('{"properties":{"__proto__":{}}}') }),
  ],
  [
    "a schema with a keyword of the wrong type",
    peers({ input_schema: { type: "string", minLength: "1); evil(); (1" } }),
  ],
];
for (const [name, spec] of refused) {
  Deno.test(`a peer's specification with ${name} is refused`, () => {
    throws(() => fromWireSpec(spec), Error);
  });
}

Deno.test("a peer's regular expressions are not run here", () => {
  const { inputSchema } = fromWireSpec(peers({
    input_schema: {
      type: "object",
      properties: { pattern: { type: "string", pattern: "^(a+)+$" }, b: { const: { pattern: 1 } } },
      required: ["pattern"],
    },
  })).spec;
  const run: string[] = [];
  // Validators are compiled to calls of `test`, so that no expression runs without being counted.
  const { test } = RegExp.prototype;
  RegExp.prototype.test = function (text) {
    run.push(this.source);
    return test.call(this, text);
  };
  try {
    strictEqual(collectErrors(inputSchema, { pattern: `${"a".repeat(40)}!` }).length, 0);
    strictEqual(collectErrors(Type.String({ pattern: "^own$" }), "own").length, 0);
  } finally {
    RegExp.prototype.test = test;
  }
  deepStrictEqual(run, ["^own$"]);
  ok(collectErrors(inputSchema, {}).length > 0, "a property that is called pattern is a property");
  deepStrictEqual(inputSchema.properties.pattern["x-pattern"], "^(a+)+$");
});

Deno.test("a schema that contains itself ends somewhere", () => {
  const { inputSchema } = fromWireSpec(peers({
    input_schema: {
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
      $ref: "#/$defs/node",
    },
  })).spec;
  strictEqual(collectErrors(inputSchema, { next: { next: {} } }).length, 0);
});

Deno.test("reserved error codes get another name, and what is no code is dropped", () => {
  const errors = [
    "NOT_FOUND",
    "ACCESS_DENIED",
    "RATE_LIMITED",
    "HTTP_x",
    "HTTP_404",
    "GONE",
    "gone",
    5,
  ].map((code) => ({
    code,
    description: "d",
    schema: {},
    http_status: null,
  }));
  deepStrictEqual(
    fromWireSpec(peers({ error_schemas: errors })).spec.errorSchemas?.map(({ code }) => code),
    [
      "OP_NOT_FOUND",
      "OP_ACCESS_DENIED",
      "OP_RATE_LIMITED",
      "HTTP_404",
      "GONE",
    ],
  );
});

Deno.test("a description is cut, and shows no control characters", () => {
  const { description } =
    fromWireSpec(peers({ description: `a\u001b[31m\nb\u202e${"x".repeat(1000)}` })).spec;
  ok(description.startsWith("a [31m b x"));
  strictEqual(description.length, 512);
});
