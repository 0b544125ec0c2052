import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createDispatcher, type OperationView, type Registration } from "@alkdev/operations";
import type { HubConfig } from "../config/mod.ts";
import { DEFAULT_EXPORT_RULES } from "../routing/export_rules.ts";
import { createSpokeIndex } from "../routing/spoke_index.ts";
import { openSearch } from "../search/mod.ts";
import { spoke } from "../search/_spokes_testing.ts";
import { openImports } from "./open_imports.ts";
import { until } from "../../tests/harness/until.ts";

const ADMIN = { id: "ann", scopes: ["admin", "spokes:call"] };
const NONE: OperationView = { external: () => undefined, resolve: () => undefined };

/** Imports of a file that says what can be called. */
async function importing(operationId: string, config: HubConfig["imports"][string] = {}) {
  await using stack = new AsyncDisposableStack();
  const openapi = await Deno.makeTempFile({ suffix: ".json" });
  stack.defer(() => Deno.remove(openapi));
  const paths = { "/x": { get: { operationId, responses: {} } } };
  await Deno.writeTextFile(openapi, JSON.stringify({ openapi: "3.0.0", paths }));
  const imports = stack.use(openImports({
    imports: { dev1: { openapi, baseUrl: "https://dev1.example", ...config } },
    secrets: undefined,
  }));
  const parts = stack.move();
  return { imports, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test("before it is loaded an import answers with a failure that may pass, to those who may call it", async () => {
  await using it = await importing("run");
  const dispatcher = createDispatcher({ view: it.imports.over(NONE) });
  const call = (operation: string, identity = ADMIN) =>
    dispatcher.call({ operation, input: {}, identity });
  await rejects(call("/dev1/run"), {
    retryable: true,
    details: { reason: "upstream_unavailable" },
  });
  await rejects(call("/dev1/run", { id: "bob", scopes: ["spokes:call"] }), {
    code: "ACCESS_DENIED",
  });
  await rejects(call("/dev2/run"), { code: "OPERATION_NOT_FOUND" });
  await it.imports.refresh("dev1");
  await rejects(call("/dev1/other"), { code: "OPERATION_NOT_FOUND" });
  strictEqual(it.imports.refresh("dev2"), undefined);
});

Deno.test("before it is loaded an import goes by the rule that names what is called", async () => {
  const access = [{ operations: ["repos/*"], scopes: ["repos:read"] }];
  await using it = await importing("run", { access });
  const dispatcher = createDispatcher({ view: it.imports.over(NONE) });
  const call = (operation: string) =>
    dispatcher.call({ operation, input: {}, identity: { id: "bob", scopes: ["repos:read"] } });
  await rejects(call("/dev1/repos/get"), { retryable: true });
  await rejects(call("/dev1/run"), { code: "ACCESS_DENIED" });
});

Deno.test("a spoke with the name of an import is neither found nor reached, others are", async () => {
  await using it = await importing("run");
  const { imports } = it;
  await imports.refresh("dev1");
  const spokes = createSpokeIndex();
  using search = openSearch({
    own: [],
    spokes: imports.beside(spokes),
    exports: imports.rulesBeside(() => DEFAULT_EXPORT_RULES[0]),
  });
  for (const name of ["dev1", "dev2"]) spokes.set(spoke(name, { "fs/read": {} }));
  await until(() => search.size.waiting === 0, { what: "the search" });
  const names = search.find({ identity: ADMIN, limit: 10 }).operations.map(({ name }) => name);
  deepStrictEqual(names, ["dev1/run", "dev2/fs/read"]);
  spokes.delete("dev1", Infinity);
  await until(() => search.size.waiting === 0, { what: "the search" });
  strictEqual(search.find({ identity: ADMIN, query: "run", limit: 10 }).operations.length, 1);

  const asked: string[] = [];
  const below = (name: string): Registration | undefined => void asked.push(name);
  const view = imports.over({ external: below, resolve: below });
  strictEqual(view.external("dev1/fs/read"), undefined);
  strictEqual(view.external("dev1/run")?.id, "dev1.run");
  view.external("dev2/fs/read");
  deepStrictEqual(asked, ["dev2/fs/read"]);
});
