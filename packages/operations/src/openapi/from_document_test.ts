import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { Kind, KindGuard } from "@sinclair/typebox";
import { collectErrors } from "../validation.ts";
import { OperationRegistry } from "../registry.ts";
import {
  FromOpenAPI,
  FromOpenAPIFile,
  FromOpenAPIUrl,
  OpenAPIServiceRegistry,
} from "../from_openapi.ts";
import type { OpenAPIOperation, OpenAPISpec } from "./types.ts";

const config = { namespace: "svc", baseUrl: "https://svc.example" };

function document(paths: OpenAPISpec["paths"], rest: Partial<OpenAPISpec> = {}): OpenAPISpec {
  return { openapi: "3.1.0", info: { title: "t", version: "2.1.0" }, paths, ...rest };
}

function only(operation: OpenAPIOperation, rest: Partial<OpenAPISpec> = {}, method = "get") {
  const [generated] = FromOpenAPI(document({ "/x": { [method]: operation } }, rest), config);
  ok(generated !== undefined);
  return generated;
}

const json = (schema: unknown) => ({ content: { "application/json": { schema } } });

Deno.test("each path and method becomes an operation; other keys do not", () => {
  const paths: Record<string, Record<string, object>> = {
    "/pets": {
      get: {},
      post: {},
      put: {},
      patch: {},
      delete: {},
      head: {},
      options: {},
      "x-note": {},
    },
    "/pets/{id}": { get: { operationId: "getPet" }, parameters: [] },
    "/": { get: {} },
    "/{a}/{b}": { get: {} },
  };
  const operations = FromOpenAPI(document(paths), config);
  deepStrictEqual(operations.map(({ name, type }) => [name, type]), [
    ["get_pets", "query"],
    ["post_pets", "mutation"],
    ["put_pets", "mutation"],
    ["patch_pets", "mutation"],
    ["delete_pets", "mutation"],
    ["getPet", "query"],
    ["get_root", "query"],
    ["get_root", "query"],
  ]);
  const [first] = operations;
  deepStrictEqual(
    [first?.namespace, first?.version, first?.description, first?.accessControl],
    ["svc", "2.1.0", "GET /pets", { requiredScopes: [] }],
  );
  deepStrictEqual(first?._meta, { method: "GET", path: "/pets", summary: undefined });
});

Deno.test("description, summary, tags and Swagger's basePath are used", () => {
  const both = only({ description: "d", summary: "s", tags: ["t"] }, { basePath: "/v1" });
  deepStrictEqual([both.description, both.tags], ["d", ["t"]]);
  deepStrictEqual(both._meta, { method: "GET", path: "/v1/x", summary: "s" });
  strictEqual(only({ summary: "s" }).description, "s");
});

const sse = { content: { "text/event-stream": { schema: { type: "string" } } } };
const types: readonly [string, string, OpenAPIOperation, string][] = [
  ["get", "a stream of 200", { responses: { 200: sse } }, "subscription"],
  ["post", "a stream of 201", { responses: { 201: sse } }, "subscription"],
  ["get", "a stream of another status", { responses: { 202: sse } }, "query"],
  [
    "get",
    "a 200 without stream before a 201 with one",
    { responses: { 200: json({}), 201: sse } },
    "query",
  ],
  ["post", "JSON", { responses: { 200: json({}) } }, "mutation"],
];
for (const [method, name, operation, type] of types) {
  Deno.test(`${method} with ${name} is a ${type}`, () => {
    strictEqual(only(operation, {}, method).type, type);
  });
}

Deno.test("parameters become properties, required or not, and a JSON body becomes `body`", () => {
  const { inputSchema } = only(
    {
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "integer" } },
        { name: "q", in: "query" },
        { name: "X-Trace", in: "header" },
        { name: "Authorization", in: "header", required: true },
      ],
      requestBody: json({ type: "object", properties: { a: { type: "string" } } }),
    },
    {},
    "post",
  );
  ok(KindGuard.IsObject(inputSchema));
  deepStrictEqual(Object.keys(inputSchema.properties), ["id", "q", "X-Trace", "body"]);
  deepStrictEqual(inputSchema.required, ["id", "body"]);
  strictEqual(collectErrors(inputSchema, { id: 1, body: {} }).length, 0);
  ok(collectErrors(inputSchema, { id: "1", body: {} }).length > 0);
  ok(KindGuard.IsString(inputSchema.properties.q));
});

Deno.test("without parameters and body, the input is any object", () => {
  const { inputSchema } = only({});
  ok(KindGuard.IsObject(inputSchema));
  deepStrictEqual(inputSchema.properties, {});
});

Deno.test("a path's parameters count for its operations, which may replace them", () => {
  const shared = [{ name: "id", in: "path", required: true }, {
    $ref: "#/components/parameters/Q",
  }];
  const own = [{ name: "id", in: "path", required: true, schema: { type: "integer" } }];
  const spec = JSON.parse(JSON.stringify(document({}, {})));
  spec.paths = { "/x/{id}": { parameters: shared, get: { parameters: own } } };
  spec.components = { parameters: { Q: { name: "q", in: "query", schema: { type: "boolean" } } } };
  const [operation] = FromOpenAPI(spec, config);
  ok(operation !== undefined && KindGuard.IsObject(operation.inputSchema));
  const { id, q } = operation.inputSchema.properties;
  deepStrictEqual([id?.[Kind], q?.[Kind]], ["Integer", "Boolean"]);
});

const outputs: readonly [string, OpenAPIOperation["responses"], string][] = [
  ["the JSON of 200", { 200: json({ type: "integer" }), 201: json({ type: "string" }) }, "Integer"],
  ["the JSON of 201", { 201: json({ type: "string" }) }, "String"],
  ["JSON with parameters", {
    200: { content: { "application/json; charset=utf-8": { schema: { type: "integer" } } } },
  }, "Integer"],
  ["a stream's events", { 200: sse }, "String"],
  ["no response", undefined, "Unknown"],
  ["no content", { 200: {} }, "Unknown"],
];
for (const [name, responses, kind] of outputs) {
  Deno.test(`the output schema of ${name} is ${kind}`, () => {
    strictEqual(only(responses === undefined ? {} : { responses }).outputSchema[Kind], kind);
  });
}

Deno.test("references are followed, a component used twice keeps its schema at both places", () => {
  const { outputSchema } = only({
    responses: {
      200: json({
        type: "object",
        properties: {
          a: { $ref: "#/components/schemas/Pet" },
          b: { $ref: "#/components/schemas/a~1b~0%20c" },
        },
      }),
    },
  }, {
    components: {
      schemas: {
        Pet: { type: "object", properties: { n: { type: "number" } } },
        "a/b~ c": { $ref: "#/components/schemas/Pet" },
      },
    },
  });
  ok(KindGuard.IsObject(outputSchema));
  for (const key of ["a", "b"]) ok(KindGuard.IsObject(outputSchema.properties[key]), key);
  ok(collectErrors(outputSchema, { a: { n: "x" } }).length > 0);
  ok(collectErrors(outputSchema, { b: { n: "x" } }).length > 0);
});

Deno.test("a circular reference ends in an object without further description", () => {
  const { outputSchema } = only(
    { responses: { 200: json({ $ref: "#/components/schemas/Node" }) } },
    {
      components: {
        schemas: {
          Node: {
            type: "object",
            properties: { value: { type: "number" }, next: { $ref: "#/components/schemas/Node" } },
          },
        },
      },
    },
  );
  strictEqual(collectErrors(outputSchema, { value: 1, next: { value: "any" } }).length, 0);
  ok(collectErrors(outputSchema, { value: "x" }).length > 0);
});

const refused: readonly [string, RegExp][] = [
  ["https://evil.example/schema.json", /External refs not supported: https:\/\/evil/],
  ["other.json#/a", /External refs not supported: other\.json/],
  ["#/components/schemas/None", /Cannot resolve ref: #\/components\/schemas\/None/],
  ["#/constructor/prototype", /Cannot resolve ref/],
];
for (const [$ref, message] of refused) {
  Deno.test(`the reference ${$ref} is refused`, () => {
    throws(() => only({ responses: { 200: json({ $ref }) } }), message);
  });
}

// The two dialects: what fits, and what does not.
const dialects: readonly [string, object, unknown[], unknown[]][] = [
  ["3.0 nullable", { type: "string", nullable: true }, ["a", null], [1]],
  ["3.0 nullable enum", { type: "string", enum: ["a", null], nullable: true }, ["a", null], ["b"]],
  ["3.1 list of types", { type: ["string", "null"], minLength: 2 }, ["ab", null], ["a", 1]],
  ["3.0 exclusiveMinimum", { type: "number", minimum: 1, exclusiveMinimum: true }, [2], [1]],
  ["3.0 inclusive minimum", { type: "number", minimum: 1, exclusiveMinimum: false }, [1], [0]],
  ["3.1 exclusiveMaximum", { type: "number", exclusiveMaximum: 1 }, [0], [1]],
  [
    "additionalProperties",
    { type: "object", properties: {}, additionalProperties: { type: "string", nullable: true } },
    [{ a: "x", b: null }],
    [{ a: 1 }],
  ],
  ["nested nullable", { type: "array", items: { type: "integer", nullable: true } }, [[1, null]], [[
    "x",
  ]]],
  ["a format", { type: "string", format: "date-time" }, ["2020-01-01T00:00:00Z"], [1]],
];
for (const [name, schema, fitting, others] of dialects) {
  Deno.test(`schemas: ${name}`, () => {
    const { outputSchema } = only({ responses: { 200: json(schema) } });
    for (const value of fitting) {
      strictEqual(collectErrors(outputSchema, value).length, 0, JSON.stringify(value));
    }
    for (const value of others) {
      ok(collectErrors(outputSchema, value).length > 0, JSON.stringify(value));
    }
  });
}

Deno.test("failures are declared where they are named by status", () => {
  const operation = {
    responses: {
      200: json({}),
      404: { description: "gone", ...json({ type: "string" }) },
      default: {},
      "5XX": {},
    },
  };
  strictEqual(only(operation).errorSchemas, undefined);
  const [named] = FromOpenAPI(document({ "/x": { get: operation } }), {
    ...config,
    errorCodes: "http",
  });
  deepStrictEqual(named?.errorSchemas, [
    { code: "HTTP_404", description: "gone", schema: { type: "string" }, httpStatus: 404 },
  ]);
});

Deno.test("a parameter named __proto__ is a property like any other", () => {
  const { inputSchema } = only({
    parameters: [{ name: "__proto__", in: "query", schema: { type: "integer" } }],
  });
  ok(KindGuard.IsObject(inputSchema));
  deepStrictEqual(Object.keys(inputSchema.properties), ["__proto__"]);
});

Deno.test("of Swagger 2, paths are read; bodies are not there and parameters are strings", () => {
  const { inputSchema, outputSchema, _meta } = only({
    // What version 2 says and the types of version 3 do not know.
    parameters: [
      { name: "n", in: "query", ...{ type: "integer" } },
      { name: "pet", in: "body" as never, schema: { type: "object" } },
    ],
    responses: { 200: { description: "", ...{ schema: { type: "string" } } } },
  }, { swagger: "2.0", basePath: "/v1" });
  ok(KindGuard.IsObject(inputSchema) && KindGuard.IsUnknown(outputSchema));
  deepStrictEqual(Object.keys(inputSchema.properties), ["n"]);
  ok(KindGuard.IsString(inputSchema.properties.n));
  strictEqual(_meta?.path, "/v1/x");
});

const text = JSON.stringify(document({ "/x": { get: { operationId: "x" } } }));

Deno.test("FromOpenAPIFile() reads through what it is given, or through Node's file system", async () => {
  const fs = { readFile: (path: string) => Promise.resolve(path === "doc.json" ? text : "") };
  deepStrictEqual((await FromOpenAPIFile("doc.json", config, fs)).map(({ name }) => name), ["x"]);
  await rejects(FromOpenAPIFile("other.json", config, fs), SyntaxError);
  await rejects(FromOpenAPIFile("/no/such/file.json", config), { code: "ENOENT" });
});

Deno.test("FromOpenAPIUrl() fetches a document, and refuses a failure", async () => {
  const answering = (response: Response) => ({ ...config, fetch: () => Promise.resolve(response) });
  deepStrictEqual(
    (await FromOpenAPIUrl("https://x.example/doc", answering(new Response(text)))).map(({ name }) =>
      name
    ),
    ["x"],
  );
  await rejects(
    FromOpenAPIUrl(
      "https://x.example/doc",
      answering(new Response("", { status: 404, statusText: "Gone" })),
    ),
    {
      code: "EXECUTION_ERROR",
      message: "HTTP 404: Gone",
      details: { statusCode: 404 },
    },
  );
});

for (const text of ["null", "{}", "[]", '"text"', '{"paths":[]}']) {
  Deno.test(`a file that holds ${text} is no document`, async () => {
    const fs = { readFile: () => Promise.resolve(text) };
    await rejects(FromOpenAPIFile("doc.json", config, fs), /Cannot read document/);
  });
}

Deno.test("OpenAPIServiceRegistry keeps services by name, and registers all of them in order", async () => {
  const services = new OpenAPIServiceRegistry();
  const spec = (id: string) => document({ "/x": { get: { operationId: id } } });
  const first = services.add("one", spec("a"), config);
  await services.addFromFile("two", "f", config, {
    readFile: () => Promise.resolve(JSON.stringify(spec("b"))),
  });
  await services.addFromUrl("three", "https://x.example", {
    ...config,
    fetch: () => Promise.resolve(Response.json(spec("c"))),
  });
  strictEqual(services.size, 3);
  strictEqual(services.get("one"), first);
  deepStrictEqual(services.getAll().map(({ name }) => name), ["a", "b", "c"]);
  services.add("one", spec("d"), config);
  deepStrictEqual(services.getAll().map(({ name }) => name), ["d", "b", "c"]);
  const registry = new OperationRegistry();
  services.registerAll(registry);
  deepStrictEqual(registry.getAllSpecs().map(({ name }) => name), ["d", "b", "c"]);
  deepStrictEqual([services.remove("one"), services.remove("one"), services.get("one")], [
    true,
    false,
    undefined,
  ]);
  strictEqual(registry.list().length, 3);
});
