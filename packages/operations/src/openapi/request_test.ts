import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { OpenAPIOperation } from "../from_openapi.ts";
import { service } from "./_service.ts";

const parameters: OpenAPIOperation["parameters"] = [
  { name: "id", in: "path", required: true },
  { name: "q", in: "query" },
  { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
  {
    name: "csv",
    in: "query",
    explode: false,
    schema: { type: "array", items: { type: "string" } },
  },
  { name: "filter", in: "query", schema: { type: "object", properties: {} } },
  { name: "X-Trace", in: "header" },
  { name: "session", in: "cookie" },
];

Deno.test("every value goes where its parameter belongs", async () => {
  const { call, sent } = service({
    path: "/pets/{id}",
    method: "post",
    parameters,
    requestBody: { content: { "application/json": { schema: {} } } },
  });
  await call({
    id: "a/b ?",
    q: "ä&b",
    tags: ["x", "y"],
    csv: ["x", "y"],
    filter: { a: 1 },
    "X-Trace": "t",
    session: "s;1",
    extra: 5,
    none: undefined,
    body: { n: 1 },
  });
  const [request] = sent;
  ok(request !== undefined);
  const url = new URL(request.url);
  strictEqual(url.origin + url.pathname, "https://svc.example/api/pets/a%2Fb%20%3F");
  deepStrictEqual([...url.searchParams], [
    ["q", "ä&b"],
    ["tags", "x"],
    ["tags", "y"],
    ["csv", "x,y"],
    ["filter", '{"a":1}'],
    ["extra", "5"],
  ]);
  deepStrictEqual(request.init, {
    method: "POST",
    headers: { "X-Trace": "t", Cookie: "session=s%3B1", "Content-Type": "application/json" },
    body: '{"n":1}',
    signal: undefined,
  });
});

for (const body of [0, false, "", null]) {
  Deno.test(`the body ${JSON.stringify(body)} is sent`, async () => {
    const { call, sent } = service({
      method: "post",
      requestBody: { content: { "application/json": { schema: {} } } },
    });
    await call({ body });
    strictEqual(sent[0]?.init.body, JSON.stringify(body));
  });
}

for (const input of [null, undefined]) {
  Deno.test(`the input ${input} is the empty object, when the handler is asked itself`, async () => {
    const { registry, sent } = service({});
    await registry.getHandler("svc.op")?.(input, {});
    strictEqual(sent[0]?.url, "https://svc.example/api/x");
  });
}

Deno.test("a configured content type is kept", async () => {
  const { call, sent } = service({}, { headers: { "content-type": "application/vnd.x+json" } });
  await call();
  deepStrictEqual(sent[0]?.init.headers, { "content-type": "application/vnd.x+json" });
});

Deno.test("forms are written as forms", async () => {
  const body = (mediaType: string) => ({
    method: "post",
    requestBody: { content: { [mediaType]: { schema: {} } } },
  });
  const form = service(body("application/x-www-form-urlencoded"));
  await form.call({ body: { a: "1 2", list: ["x", "y"] } });
  strictEqual(String(form.sent[0]?.init.body), "a=1+2&list=x&list=y");
  deepStrictEqual(form.sent[0]?.init.headers, {
    "Content-Type": "application/x-www-form-urlencoded",
  });
  const multipart = service(body("multipart/form-data"));
  await multipart.call({ body: { a: "1" } });
  const sent = multipart.sent[0]?.init.body;
  ok(sent instanceof FormData);
  strictEqual(sent.get("a"), "1");
  deepStrictEqual(multipart.sent[0]?.init.headers, {});
});

for (const id of ["", ".", ".."]) {
  Deno.test(`the path segment "${id}" is refused`, async () => {
    const { call, sent } = service({ path: "/pets/{id}", parameters });
    await rejects(call({ id }), { code: "VALIDATION_ERROR" });
    strictEqual(sent.length, 0);
  });
}

Deno.test("../admin stays one segment", async () => {
  const { call, sent } = service({ path: "/pets/{id}", parameters });
  await call({ id: "../admin" });
  strictEqual(sent[0]?.url, "https://svc.example/api/pets/..%2Fadmin");
});

for (const value of ["a\r\nX-Evil: 1", "a\nb", "a\0"]) {
  Deno.test(`the header value ${JSON.stringify(value)} is refused`, async () => {
    const { call, sent } = service({ parameters });
    await rejects(call({ id: "1", "X-Trace": value }), { code: "VALIDATION_ERROR" });
    strictEqual(sent.length, 0);
  });
}

Deno.test("a path of the document cannot take the request to another host", async () => {
  const { call, sent } = service({ path: "@evil.example/x" }, {
    baseUrl: "https://svc.example",
    auth: { type: "bearer", token: "t" },
  });
  await rejects(call(), { code: "VALIDATION_ERROR" });
  strictEqual(sent.length, 0);
});
