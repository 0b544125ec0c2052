import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Answered, type Importing, startImporting } from "./_importing_testing.ts";
import { endpoint, PATHS, startPets } from "./_pets_testing.ts";

Deno.test("the endpoints of a document are found, described and called like the hub's own", async () => {
  await using pets = startPets();
  await using hub = await startImporting({ shop: { openapi: `${pets.url}/openapi.json` } });
  const { admin } = hub;
  const { operations, location } = await admin.status("shop");
  strictEqual(operations, 3);
  strictEqual(location, `${pets.url}/openapi.json`);
  await admin.names("pets", [
    ...["shop/addPet", "shop/listPets", "shop/pets/get"],
  ]);
  const { body: { output: schema } } = await admin.get("/schema?name=/shop/addPet");
  deepStrictEqual(schema.access_control.required_scopes, ["admin"]);
  deepStrictEqual(schema.input_schema.required, ["body"]);
  const { status, body } = await admin.call("/shop/listPets", { kind: "a cat" });
  strictEqual(status, 200);
  deepStrictEqual(body.output, { path: "/pets?kind=a+cat", method: "GET", body: "" });
  const added = await admin.call("/shop/addPet", { body: { name: "Tom" } });
  deepStrictEqual(added.body.output, { path: "/pets", method: "POST", body: '{"name":"Tom"}' });
});

Deno.test("nobody but administrators may call what is imported, unless the configuration says who", async () => {
  await using pets = startPets();
  const openapi = `${pets.url}/openapi.json`;
  await using hub = await startImporting({
    shop: { openapi },
    store: {
      openapi,
      scopes: ["store:write"],
      access: [{ operations: ["list*", "pets/*"], scopes: ["store:read"] }],
    },
  });
  await hub.admin.status("shop");
  await hub.admin.status("store");
  const reader = await hub.as("store:read", "spokes:call");
  await reader.names("pet", ["store/listPets", "store/pets/get"]);
  strictEqual((await reader.call("/store/listPets")).status, 200);
  strictEqual((await reader.call("/store/addPet", { body: { name: "x" } })).status, 403);
  strictEqual((await reader.call("/shop/listPets")).status, 403);
  strictEqual((await reader.get("/schema?name=/shop/listPets")).status, 403);
  const writer = await hub.as("store:write");
  strictEqual((await writer.call("/store/addPet", { body: { name: "x" } })).status, 200);
});

Deno.test("lists of operations have what is imported, for those who may call it", async () => {
  await using pets = startPets();
  const openapi = `${pets.url}/openapi.json`;
  await using hub = await startImporting({ shop: { openapi, scopes: ["shop:use"] } });
  await hub.admin.status("shop");
  const [may, mayNot] = await Promise.all([hub.as("shop:use"), hub.as("other")]);
  const inShop = (listed: Answered) =>
    listed.body.output.operations.filter(({ namespace }: { namespace: string }) =>
      namespace === "shop"
    );
  const listed = inShop(await may.call("/services/list"));
  deepStrictEqual(listed.map(({ name }: { name: string }) => name).toSorted(), [
    ...["shop/addPet", "shop/listPets", "shop/pets/get"],
  ]);
  ok(listed.some(({ op_type }: { op_type: string }) => op_type === "mutation"));
  deepStrictEqual(inShop(await mayNot.call("/services/list")), []);
  deepStrictEqual(inShop(await may.call("/services/list", { schemas: true })), []);
  const peersOf = async (who: Importing) =>
    JSON.stringify((await who.call("/services/list-peers")).body.output);
  match(await peersOf(may), /"peer_id":"local".*shop\/pets\/get/);
  ok(!(await peersOf(mayNot)).includes("shop/"));
});

Deno.test("include and exclude choose, and what exceeds maxOperations is not imported in part", async () => {
  await using pets = startPets();
  const openapi = `${pets.url}/openapi.json`;
  await using hub = await startImporting({
    some: { openapi, include: ["pets/*", "addPet"], exclude: ["addPet"] },
    many: { openapi, maxOperations: 2 },
  });
  strictEqual((await hub.admin.status("some")).operations, 1);
  const many = await hub.admin.status("many", ({ state }) => state === "failing");
  strictEqual(many.operations, 0);
  match(many.error ?? "", /more than 2 operations/);
  // The document is the same as before, and no better.
  strictEqual((await hub.admin.refresh("many")).state, "failing");
});

Deno.test("a document that has changed is imported anew: what is gone is gone, what stays stays", async () => {
  await using pets = startPets();
  await using hub = await startImporting({ shop: { openapi: `${pets.url}/openapi.json` } });
  const { admin } = hub;
  await admin.status("shop");
  const before = await admin.refresh("shop");
  deepStrictEqual(pets.documents, [200, 304]);
  pets.paths = { "/pets": PATHS["/pets"], "/owners": { get: endpoint("listOwners") } };
  const after = await admin.refresh("shop");
  strictEqual(after.operations, 3);
  ok((after.loadedAt ?? 0) >= (before.loadedAt ?? Infinity));
  strictEqual((await admin.call("/shop/listOwners")).status, 200);
  strictEqual((await admin.call("/shop/pets/get", { id: "1" })).status, 404);
  await admin.names("shop", [
    ...["shop/addPet", "shop/listOwners", "shop/listPets"],
  ]);
});

Deno.test("a document that fails leaves what it gave before, and is told to whoever asks", async () => {
  await using pets = startPets();
  await using hub = await startImporting({ shop: { openapi: `${pets.url}/openapi.json` } });
  const { admin } = hub;
  await admin.status("shop");
  pets.instead = ({ url }) =>
    url.endsWith("/openapi.json") ? new Response("no", { status: 500 }) : undefined;
  const failing = await admin.refresh("shop");
  deepStrictEqual([failing.state, failing.failures, failing.operations], ["failing", 1, 3]);
  match(failing.error ?? "", /HTTP 500/);
  strictEqual((await admin.call("/shop/listPets")).status, 200);
  const ready = await admin.get("/readyz");
  deepStrictEqual([ready.status, ready.body.notes], [200, { imports: "failing" }]);
  pets.instead = undefined;
  deepStrictEqual((await admin.refresh("shop")).state, "ok");
  deepStrictEqual((await admin.get("/readyz")).body.notes, { imports: "ok" });
});

Deno.test("a service that hangs keeps neither the hub nor other imports from starting", async () => {
  await using pets = startPets();
  await using hanging = startPets();
  const held = Promise.withResolvers<Response>();
  using _ = { [Symbol.dispose]: () => held.resolve(new Response("{}")) };
  hanging.instead = () => held.promise;
  await using hub = await startImporting({
    slow: { openapi: `${hanging.url}/openapi.json` },
    shop: { openapi: `${pets.url}/openapi.json` },
    gone: { openapi: "http://127.0.0.1:9/openapi.json" },
  });
  const { admin } = hub;
  strictEqual((await admin.status("shop")).operations, 3);
  strictEqual((await admin.status("slow", () => true)).state, "loading");
  const gone = await admin.status("gone", ({ state }) => state === "failing");
  ok((gone.nextAt ?? 0) > 0);
  // Not "there is no such operation": a node that has just started does not know.
  const { status, body } = await admin.call("/slow/listPets");
  deepStrictEqual([status, body.code, body.retryable], [500, "INTERNAL", true]);
  strictEqual(body.details.reason, "upstream_unavailable");
  strictEqual((await (await hub.as("spokes:call")).call("/slow/listPets")).status, 403);
});

Deno.test("an import that failed comes by itself once its service is there", async () => {
  await using pets = startPets();
  pets.instead = () => new Response("not yet", { status: 503 });
  await using hub = await startImporting({ shop: { openapi: `${pets.url}/openapi.json` } });
  await hub.admin.status("shop", ({ state }) => state === "failing");
  pets.instead = undefined;
  strictEqual((await hub.admin.status("shop")).operations, 3);
});

Deno.test("what cannot be an operation is left out, and named", async () => {
  await using pets = startPets();
  pets.paths = {
    "/a": { get: endpoint("same name"), post: endpoint("same_name"), put: endpoint("good") },
    "/b": { get: endpoint("cookies", { parameters: [{ name: "c", in: "cookie" }] }) },
    "/c": { get: endpoint("broken", { parameters: [{ $ref: "#/nowhere" }] }) },
    "/d": { get: endpoint("elsewhere", { parameters: [{ $ref: "https://x.example/#/a" }] }) },
    "/e/{id}": {
      get: endpoint("twice", {
        parameters: [{ name: "id", in: "path" }, { name: "id", in: "query" }],
      }),
    },
    "/f": { get: endpoint("a/b/c/d/e/f") },
  };
  await using hub = await startImporting({ shop: { openapi: `${pets.url}/openapi.json` } });
  const { operations, skipped, skippedCount } = await hub.admin.status("shop");
  deepStrictEqual([operations, skippedCount], [1, 7]);
  deepStrictEqual(skipped.map(({ what }) => what).toSorted(), [
    ...["GET /a", "GET /b", "GET /c", "GET /d", "GET /e/{id}", "GET /f", "POST /a"],
  ]);
  ok(skipped.some(({ reason }) => reason.includes("same_name")));
});

Deno.test("two nodes import each for itself, and each serves its callers itself", async () => {
  await using pets = startPets();
  await using hub = await startImporting(
    { shop: { openapi: `${pets.url}/openapi.json` } },
    { nodes: 2 },
  );
  for (const node of hub.nodes) await node.status("shop");
  strictEqual(pets.documents.length, 2);
  for (const node of hub.nodes) strictEqual((await node.call("/shop/listPets")).status, 200);
  strictEqual(pets.asked.length, 2);
  await hub.nodes[1]?.names("pets", ["shop/addPet", "shop/listPets", "shop/pets/get"]);
});
