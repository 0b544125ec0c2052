import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { OperationRegistry } from "@alkdev/operations";
import { FromOpenAPI } from "@alkdev/operations/from-openapi";
import { listening } from "./_gateway_testing.ts";
import { HTTP_PATHS } from "./http_bridge.ts";
import { openapiDocument } from "./openapi.ts";

Deno.test("the document describes every path that is answered, and all of its references lead somewhere", () => {
  const text = openapiDocument(), document = JSON.parse(text);
  deepStrictEqual(
    Object.keys(document.paths).toSorted(),
    HTTP_PATHS.filter((path) => path !== "/openapi.json").toSorted(),
  );
  for (const [, name = ""] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    ok(name in document.components.schemas, name);
  }
});

Deno.test("the document is the same whenever it is made, and says how callers are known", () => {
  strictEqual(openapiDocument(), openapiDocument());
  const { openapi, info, security, components } = JSON.parse(openapiDocument());
  match(openapi, /^3\./);
  match(info.version, /^\d+\.\d+\.\d+$/);
  // A credential is shown, or none.
  deepStrictEqual(security, [{ bearerAuth: [] }, {}]);
  const { type, scheme } = components.securitySchemes.bearerAuth;
  deepStrictEqual([type, scheme], ["http", "bearer"]);
});

Deno.test("a client that is made of the document searches, understands and calls", async () => {
  await using gateway = listening();
  const registry = new OperationRegistry();
  const document = await (await fetch(`${gateway.url}/openapi.json`)).json();
  registry.registerAll(FromOpenAPI(document, {
    ...{ namespace: "gateway", baseUrl: gateway.url },
    auth: { type: "bearer", token: "token-of-ann" },
  }));
  // deno-lint-ignore no-explicit-any -- whatever was answered is compared as it is
  const run = async (name: string, input: unknown): Promise<any> =>
    (await registry.execute(`gateway.${name}`, input, {})).data;
  const found = await run("search", { query: "echo", limit: 1 });
  strictEqual(found.output.operations[0].name, "test/echo");
  const byBody = await run("searchByBody", { body: { query: "echo" } });
  deepStrictEqual(byBody.output.operations, found.output.operations);
  strictEqual((await run("schema", { name: "test/echo" })).output.name, "test/echo");
  const call = { operation: "/test/echo", input: { text: "hi" } };
  deepStrictEqual((await run("call", { body: call })).output, { text: "hi" });
  strictEqual((await run("batch", { body: [call, call] })).results.length, 2);
  strictEqual((await run("ticket", {})).expires_in, 30);
  await rejects(run("call", { body: { operation: "/no/such" } }));
});
