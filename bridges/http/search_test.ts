import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createNotingSearch } from "../gateway/_search_testing.ts";
import { ask, call, listening, told } from "./_gateway_testing.ts";

Deno.test("gateway.md 7.1: two callers see different operations in /search", async () => {
  await using gateway = listening();
  const names = async (token: string) => {
    const { body } = await told(ask(gateway, "/search", { token }));
    strictEqual(body.result, "ok");
    return body.output.operations.map(({ name }: { name: string }) => name);
  };
  ok((await names("token-of-ann")).includes("test/echo"));
  ok(!(await names("token-of-bob")).includes("test/echo"));
  strictEqual((await call(gateway, "/test/echo", { token: "token-of-bob" })).status, 403);
});

Deno.test("/search takes the same by parameters and by a body", async () => {
  await using gateway = listening();
  const byQuery = await told(ask(gateway, "/search?query=who&limit=1&peers=0&op_type=query"));
  const body = { query: "who", limit: 1, peers: false, op_type: "query" };
  const byBody = await told(ask(gateway, "/search", { body }));
  deepStrictEqual(byQuery.body.output, byBody.body.output);
  deepStrictEqual(byQuery.body.output.operations, [
    { name: "test/whoami", namespace: "test", op_type: "query", description: "Does whoami" },
  ]);
});

Deno.test("gateway.md 2.3: /search looks for what it is told, a hundred operations unless it is said", async () => {
  const { search, asked } = createNotingSearch();
  await using gateway = listening({ search });
  const query = "query=q&namespace=n&op_type=mutation&peers=0&limit=500&cursor=c";
  const { body } = await told(ask(gateway, `/search?${query}`));
  deepStrictEqual(body.output, { operations: [], next_cursor: "next" });
  await told(ask(gateway, "/search?peers=1", { token: null }));
  const identity = { id: "ann", scopes: ["use"] };
  deepStrictEqual(asked, [
    {
      ...{ identity, query: "q", namespace: "n", types: ["mutation"] },
      ...{ peers: false, limit: 500, cursor: "c" },
    },
    { identity: null, peers: true, limit: 100 },
  ]);
});

for (const query of ["limit=0", "limit=501", "limit=x", "peers=maybe", "op_type=magic"]) {
  Deno.test(`/search?${query} is refused with 400`, async () => {
    await using gateway = listening();
    const answer = await told(ask(gateway, `/search?${query}`));
    strictEqual(answer.status, 400);
    strictEqual(answer.body.code, "INVALID_INPUT");
  });
}

Deno.test("/schema tells all about an operation, by parameter and by a body", async () => {
  await using gateway = listening();
  const { status, body } = await told(ask(gateway, "/schema?name=/test/echo"));
  strictEqual(status, 200);
  strictEqual(body.output.name, "test/echo");
  deepStrictEqual(body.output.access_control.required_scopes, ["use"]);
  const posted = await told(ask(gateway, "/schema", { body: { name: "test/echo" } }));
  deepStrictEqual(posted.body.output, body.output);
  strictEqual((await told(ask(gateway, "/schema"))).status, 400);
  strictEqual((await told(ask(gateway, "/schema?name=test/hidden"))).status, 404);
});
