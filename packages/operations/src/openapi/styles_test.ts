import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { OpenAPIParameter } from "../from_openapi.ts";
import { service } from "./_service.ts";

const LIST = ["a b", "c,d"];
const OBJECT = { r: 1, g: "x&y" };

// The table of OpenAPI 3.1, "Style Examples", with characters that have to be encoded.
const queries: readonly [Partial<OpenAPIParameter>, unknown, string][] = [
  [{}, LIST, "?c=a+b&c=c%2Cd"],
  [{}, OBJECT, "?c=%7B%22r%22%3A1%2C%22g%22%3A%22x%26y%22%7D"],
  [{}, "a b", "?c=a+b"],
  [{ explode: false }, LIST, "?c=a%20b,c%2Cd"],
  [{ style: "form" }, LIST, "?c=a+b&c=c%2Cd"],
  [{ style: "form" }, OBJECT, "?r=1&g=x%26y"],
  [{ style: "form", explode: false }, OBJECT, "?c=r,1,g,x%26y"],
  [{ style: "spaceDelimited" }, LIST, "?c=a%20b%20c%2Cd"],
  [{ style: "pipeDelimited", explode: false }, LIST, "?c=a%20b|c%2Cd"],
  [{ style: "deepObject", explode: true }, OBJECT, "?c%5Br%5D=1&c%5Bg%5D=x%26y"],
  [{ content: { "application/json": {} } }, LIST, "?c=%5B%22a+b%22%2C%22c%2Cd%22%5D"],
  [{}, [], ""],
];
for (const [style, value, search] of queries) {
  Deno.test(`in a query, ${JSON.stringify(value)} of ${JSON.stringify(style)} is ${search}`, async () => {
    const { call, sent } = service({
      parameters: [{ name: "c", in: "query", schema: {}, ...style }],
    });
    await call({ c: value });
    strictEqual(new URL(sent[0]?.url ?? "").search, search);
  });
}

const paths: readonly [Partial<OpenAPIParameter>, unknown, string][] = [
  [{}, "a/b", "a%2Fb"],
  [{}, LIST, "a%20b,c%2Cd"],
  [{}, OBJECT, "r,1,g,x%26y"],
  [{ explode: true }, OBJECT, "r=1,g=x%26y"],
  [{ style: "label" }, LIST, ".a%20b,c%2Cd"],
  [{ style: "label", explode: true }, LIST, ".a%20b.c%2Cd"],
  [{ style: "matrix" }, "v", ";c=v"],
  [{ style: "matrix" }, LIST, ";c=a%20b,c%2Cd"],
  [{ style: "matrix", explode: true }, LIST, ";c=a%20b;c=c%2Cd"],
  [{ style: "matrix", explode: true }, OBJECT, ";r=1;g=x%26y"],
];
for (const [style, value, segment] of paths) {
  Deno.test(`in a path, ${JSON.stringify(value)} of ${JSON.stringify(style)} is ${segment}`, async () => {
    const { call, sent } = service({
      path: "/p/{c}",
      parameters: [{ name: "c", in: "path", required: true, schema: {}, ...style }],
    });
    await call({ c: value });
    strictEqual(new URL(sent[0]?.url ?? "").pathname, `/api/p/${segment}`);
  });
}

const headers: readonly [Partial<OpenAPIParameter>, unknown, string][] = [
  [{}, "v", "v"],
  [{}, LIST, "a b,c,d"],
  [{}, OBJECT, "r,1,g,x&y"],
  [{ explode: true }, OBJECT, "r=1,g=x&y"],
  [{ content: { "application/json": {} } }, [1], "[1]"],
];
for (const [style, value, text] of headers) {
  Deno.test(`in a header, ${JSON.stringify(value)} of ${JSON.stringify(style)} is ${text}`, async () => {
    const { call, sent } = service({
      parameters: [{ name: "C", in: "header", schema: {}, ...style }],
    });
    await call({ C: value });
    deepStrictEqual(sent[0]?.init.headers, { C: text, "Content-Type": "application/json" });
  });
}
