import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import {
  FromOpenAPI,
  type OpenAPIOperation,
  operationsFromOpenAPI,
  type SkippedEndpoint,
} from "../from_openapi.ts";
import { service } from "./_service.ts";

const CLOSED = { inputs: "closed" } as const;
const json = { "application/json": { schema: { type: "object", properties: {} } } };
const CONFIG = { namespace: "svc", baseUrl: "https://svc.example", ...CLOSED };

/** A document with one endpoint for each operation. */
function documentOf(...operations: OpenAPIOperation[]) {
  const entries = operations.map((operation, at) => [`/${at}`, { get: operation }]);
  return { info: { title: "t", version: "1" }, paths: Object.fromEntries(entries) };
}

const FAULTY: [string, OpenAPIOperation][] = [
  ["a cookie", { parameters: [{ name: "c", in: "cookie" }] }],
  ["two parameters of one name", {
    parameters: [{ name: "a", in: "query" }, { name: "a", in: "header" }],
  }],
  ["a parameter that is called as the body is", {
    parameters: [{ name: "body", in: "query" }],
    requestBody: { content: json },
  }],
];

for (const [what, operation] of FAULTY) {
  Deno.test(`closed inputs have no place for ${what}`, () => {
    throws(() => FromOpenAPI(documentOf(operation), CONFIG));
    strictEqual(FromOpenAPI(documentOf(operation), { ...CONFIG, inputs: "open" }).length, 1);
  });
}

Deno.test("closed inputs take what the document names and nothing else", async () => {
  const { call, sent } = service({ parameters: [{ name: "q", in: "query" }] }, CLOSED);
  await call({ q: "1" });
  await rejects(call({ q: "1", other: "2" }), { code: "VALIDATION_ERROR" });
  strictEqual(sent.length, 1);
});

Deno.test("a closed input has a body where the document requires one", async () => {
  for (const required of [true, false]) {
    const body = { required, content: json };
    const { call, sent } = service({ method: "post", requestBody: body }, CLOSED);
    if (required) await rejects(call({}), { code: "VALIDATION_ERROR" });
    else await call({});
    await call({ body: {} });
    strictEqual(sent.length, required ? 1 : 2);
  }
});

Deno.test("what cannot be read is left out and told, where somebody wants to know", () => {
  const skipped: SkippedEndpoint[] = [];
  const ref = { $ref: "https://elsewhere.example/x" };
  const responses = { 200: { content: { "application/json": { schema: ref } } } };
  const document = documentOf({ operationId: "good" }, { operationId: "bad", responses });
  const config = { ...CONFIG, onSkipped: (one: SkippedEndpoint) => void skipped.push(one) };
  deepStrictEqual(FromOpenAPI(document, config).map(({ name }) => name), ["good"]);
  deepStrictEqual(skipped.map(({ method, path }) => `${method} ${path}`), ["GET /1"]);
  throws(() => FromOpenAPI(document, CONFIG), /External refs/);
});

Deno.test("operations come one after the other for whoever takes turns", () => {
  const operations = operationsFromOpenAPI(documentOf({ operationId: "a" }, {}), CONFIG);
  const first = operations.next();
  strictEqual(first.done, false);
  strictEqual(first.value?.name, "a");
});

Deno.test("a secret is asked for with the context of the call that needs it", async () => {
  const contexts: unknown[] = [];
  const { call } = service({}, {
    auth: { type: "bearer" },
    credentials: {
      get(_service, { requestId }) {
        contexts.push(requestId);
        return "secret";
      },
    },
  });
  await call({}, { requestId: "r1" });
  deepStrictEqual(contexts, ["r1"]);
});

Deno.test("regular expressions that are only shown are not run", async () => {
  const schema = { type: "string", pattern: "^(a+)+$" };
  const parameters = [{ name: "q", in: "query", schema }] as const;
  const shown = service({ parameters: [...parameters] }, { patterns: "shown" });
  await shown.call({ q: `${"a".repeat(50)}!` });
  const [spec] = shown.registry.getAllSpecs();
  deepStrictEqual(spec?.inputSchema.properties.q["x-pattern"], schema.pattern);
  const checked = service({ parameters: [...parameters] });
  await rejects(checked.call({ q: "b" }), { code: "VALIDATION_ERROR" });
});
