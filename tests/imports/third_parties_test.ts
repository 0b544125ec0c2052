/** What others have made: a document of several hundred operations, and an MCP server. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { until } from "../harness/until.ts";
import { endpointsOf, exampleOf, matcher, sampleOf } from "./_by_document_testing.ts";
import { startImporting } from "./_importing_testing.ts";
import { githubDocument, startMcpProgram } from "./_third_parties_testing.ts";

Deno.test("every one of the 706 operations of GitHub's document is called as the document says", async () => {
  const text = await githubDocument();
  const document = JSON.parse(text);
  const endpoints = endpointsOf(document), find = matcher(endpoints);
  const asked = new Set<string>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/document") return new Response(text);
      const found = find(request.method, pathname);
      await request.body?.cancel();
      if (found === undefined) return Response.json({ unknown: pathname }, { status: 404 });
      asked.add(found.name);
      const { status, example } = exampleOf(document, found);
      return example === undefined
        ? new Response(null, { status })
        : Response.json(example, { status });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using hub = await startImporting({
    github: { openapi: `${url}/document`, baseUrl: url },
  });
  const { admin } = hub;
  const { operations, skipped } = await admin.status("github");
  deepStrictEqual([operations, skipped], [706, []]);
  const names = endpoints.map(({ name }) => `/github/${name}`);
  const schemas = await admin.batch(
    names.map((name) => ({ operation: "/services/schema", input: { name } })),
  );
  const results = await admin.batch(names.map((operation, at) => ({
    operation,
    input: sampleOf(schemas[at].output.input_schema),
  })));
  deepStrictEqual(results.filter(({ result }) => result !== "ok"), []);
  strictEqual(asked.size, 706);
  await until(async () => {
    const found = await admin.found("create issue comment");
    return found.slice(0, 10).includes("github/issues/create-comment");
  }, { what: "it to be found" });
});

Deno.test("tools of the reference MCP server are found, called and fail as it says", async () => {
  await using server = await startMcpProgram();
  await using hub = await startImporting({ everything: { mcp: server.url } });
  const { admin } = hub;
  const { operations, skipped } = await admin.status("everything");
  ok(operations > 5, `${operations} tools`);
  deepStrictEqual(skipped, []);
  const echoed = await admin.call("/everything/echo", { message: "hello" });
  deepStrictEqual(echoed.body.output, [{ type: "text", text: "Echo: hello" }]);
  const sum = await admin.call("/everything/get-sum", { a: 2, b: 3 });
  match(sum.body.output[0].text, /5/);
  const structured = await admin.call("/everything/get-structured-content", {
    location: "New York",
  });
  deepStrictEqual(Object.keys(structured.body.output).toSorted(), [
    ...["conditions", "humidity", "temperature"],
  ]);
  const image = await admin.call("/everything/get-tiny-image");
  ok(image.body.output.some(({ type }: { type: string }) => type === "image"));
  strictEqual((await admin.call("/everything/echo", { message: 1 })).status, 422);
  await admin.names("echo", ["everything/echo"]);
});
