/** What becomes of calls to imported endpoints: on their way out, and on their way back. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { startLogging } from "../../src/logger/mod.ts";
import { until } from "../harness/until.ts";
import { type ImportingHub, startImporting } from "./_importing_testing.ts";
import { endpoint, PATHS, type Pets, startPets } from "./_pets_testing.ts";

/** A hub that imports a service, whose endpoints are as given. */
async function importing(
  { paths = PATHS, more = {}, ...config }: {
    readonly paths?: Record<string, unknown>;
    readonly more?: Record<string, unknown>;
    readonly [key: string]: unknown;
  } = {},
): Promise<ImportingHub & { readonly pets: Pets }> {
  await using stack = new AsyncDisposableStack();
  const pets = stack.use(startPets());
  Object.assign(pets, { paths, more });
  const shop = { openapi: `${pets.url}/openapi.json`, baseUrl: pets.url, ...config };
  const hub = stack.use(await startImporting({ shop }));
  await hub.admin.status("shop");
  const parts = stack.move();
  return { ...hub, pets, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test("the secret of a call is the one that is stored at that moment, and no answer tells it", async () => {
  await using hub = await importing({ credential: "shop" });
  const { admin, pets } = hub;
  const without = await admin.call("/shop/listPets");
  deepStrictEqual([without.status, pets.asked.length], [500, 0]);
  strictEqual(without.body.details.reason, "credential_unavailable");
  for (const secret of ["first-secret-one", "second-secret-two"]) {
    await hub.setSecret("shop", secret);
    await until(async () => {
      await admin.call("/shop/listPets");
      return pets.asked.at(-1)?.headers.authorization === `Bearer ${secret}`;
    }, { what: "the new secret to be used" });
  }
  const told = JSON.stringify([
    ...[await admin.call("/hub/imports/list"), await admin.get("/schema?name=/shop/listPets")],
    ...[without, await admin.call("/shop/listPets")],
  ]);
  ok(!told.includes("secret-one") && !told.includes("secret-two"));
});

for (
  const [auth, header, expected] of [
    [{ scheme: "basic" }, "authorization", `Basic ${btoa("ann:pass-word")}`],
    [{ scheme: "apiKey" }, "x-api-key", "ann:pass-word"],
    [{ scheme: "apiKey", header: "X-Shop", prefix: "key " }, "x-shop", "key ann:pass-word"],
    [{ scheme: "document" }, "x-from-document", "ann:pass-word"],
  ] as const
) {
  Deno.test(`${JSON.stringify(auth)} puts the secret into ${header}`, async () => {
    const scheme = { type: "apiKey", in: "header", name: "X-From-Document" };
    await using hub = await importing({
      ...{ auth, credential: "shop" },
      more: { security: [{ it: [] }], components: { securitySchemes: { it: scheme } } },
    });
    await hub.setSecret("shop", "ann:pass-word");
    await until(async () => (await hub.admin.call("/shop/listPets")).status === 200, {
      what: "the secret to be there",
    });
    strictEqual(hub.pets.asked.at(-1)?.headers[header], expected);
  });
}

Deno.test("each security scheme of a document has a secret of its own, and one without is not guessed", async () => {
  const securitySchemes = {
    reading: { type: "apiKey", in: "header", name: "X-Reading" },
    writing: { type: "http", scheme: "bearer" },
    other: { type: "apiKey", in: "header", name: "X-Other" },
  };
  const secured = (name: string, scheme: string) =>
    endpoint(name, { security: [{ [scheme]: [] }] });
  await using hub = await importing({
    credentials: { reading: "shop", writing: "shop/writer" },
    paths: {
      "/read": { get: secured("read", "reading") },
      "/write": { post: secured("write", "writing") },
      "/other": { get: secured("other", "other") },
      "/open": { get: endpoint("open", { security: [] }) },
    },
    more: { components: { securitySchemes } },
  });
  const { admin, pets } = hub;
  await hub.setSecret("shop", "secret-to-read");
  await hub.setSecret("shop", "secret-to-write", "writer");
  const shown = async (name: string) => {
    const { status, body } = await admin.call(`/shop/${name}`);
    if (status !== 200) return body.details.reason;
    const { headers } = pets.asked.at(-1) ?? {};
    return ["x-reading", "authorization", "x-other"].map((header) => headers?.[header]);
  };
  await until(async () => Array.isArray(await shown("write")), { what: "the secrets to be there" });
  deepStrictEqual(await shown("read"), ["secret-to-read", undefined, undefined]);
  deepStrictEqual(await shown("write"), [undefined, "Bearer secret-to-write", undefined]);
  deepStrictEqual(await shown("open"), [undefined, undefined, undefined]);
  strictEqual(await shown("other"), "credential_unavailable");
  // A scheme that the document does not have any more would let nobody in.
  Object.assign(pets.more, { components: { securitySchemes: { reading: {} } } });
  const { state, error } = await admin.refresh("shop");
  deepStrictEqual([state, error], [
    ...["failing", "credentials name writing, but the document has reading"],
  ]);
});

Deno.test("a secret in a query is told by no log, list or failure of a service that is gone", async () => {
  let lines = "";
  const stream = {
    write(bytes: Uint8Array) {
      lines += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  await using logging = startLogging({ level: "debug", format: "json", stream });
  const scheme = { type: "apiKey", in: "query", name: "k" };
  await using hub = await importing({
    ...{ auth: { scheme: "document" }, credential: "shop" },
    more: { security: [{ it: [] }], components: { securitySchemes: { it: scheme } } },
  });
  const { admin, pets } = hub;
  await hub.setSecret("shop", "pass-of-query");
  await until(
    () =>
      pets.asked.at(-1)?.path === "/pets?k=pass-of-query" ||
      admin.call("/shop/listPets").then(() => false),
    {
      what: "the secret to be used",
    },
  );
  await pets[Symbol.asyncDispose]();
  const called = await admin.call("/shop/listPets");
  strictEqual(called.body.details.reason, "upstream_unavailable");
  strictEqual((await admin.refresh("shop")).state, "failing");
  const told = JSON.stringify([called, await admin.call("/hub/imports/list")]);
  await logging.flush();
  match(lines, /imported operation failed/);
  ok(!`${told}${lines}`.includes("pass-of-query"));
});

Deno.test("values go where the document says, and nowhere else", async () => {
  const parameters = [
    ...["id", "other"].map((name) => ({ name, in: "path", required: true, schema: {} })),
    { name: "X-Trace", in: "header", schema: { type: "string" } },
    { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
    { name: "Authorization", in: "header", schema: { type: "string" } },
  ];
  await using hub = await importing({
    paths: { "/a/{id}/b/{other}": { get: endpoint("get", { parameters }) } },
    headers: { "X-Client": "hub" },
  });
  const { admin, pets } = hub;
  const input = { id: "x/y?z", other: "o#o", "X-Trace": "t", tags: ["1&2", "3"] };
  strictEqual((await admin.call("/shop/get", input)).status, 200);
  const [asked] = pets.asked;
  strictEqual(asked?.path, "/a/x%2Fy%3Fz/b/o%23o?tags=1%262&tags=3");
  deepStrictEqual([asked?.headers["x-trace"], asked?.headers["x-client"]], ["t", "hub"]);
  for (
    const refused of [
      { ...input, id: ".." },
      { ...input, id: "" },
      { ...input, id: "../admin" },
      { ...input, id: "x\\..\\y" },
      { ...input, "X-Trace": "t\r\nX-Evil: 1" },
      { ...input, unknown: 1 },
      { ...input, Authorization: "Bearer mine" },
      { other: "o" },
    ]
  ) {
    const { status, body } = await admin.call("/shop/get", refused);
    deepStrictEqual([status, body.code], [422, "INVALID_INPUT"], JSON.stringify(refused));
  }
  strictEqual(pets.asked.length, 1);
});

Deno.test("a failure of the service has its own status, and its body is the details", async () => {
  await using hub = await importing();
  const { admin, pets } = hub;
  pets.instead = () =>
    Response.json({ why: "teapot" }, { status: 418, headers: { "set-cookie": "secret=1" } });
  const { status, body } = await admin.call("/shop/listPets");
  deepStrictEqual([status, body.code, body.details], [418, "HTTP_418", { why: "teapot" }]);
});

Deno.test("what is neither JSON nor text comes as Base64, and headers of answers do not come", async () => {
  await using hub = await importing({
    paths: { "/bytes": { get: { operationId: "bytes", responses: { 200: {} } } } },
  });
  hub.pets.instead = () =>
    new Response(new Uint8Array([0, 255, 1]), {
      headers: { "content-type": "image/png", "set-cookie": "session=abc" },
    });
  const { body } = await hub.admin.call("/shop/bytes");
  strictEqual(body.output, "AP8B");
  ok(!JSON.stringify(body).includes("session"));
});

Deno.test("an answer that is not what the document says is withheld, unless the service is trusted", async () => {
  const schema = { type: "object", properties: { n: { type: "integer" } } };
  const responses = { 200: { content: { "application/json": { schema } } } };
  await using hub = await importing({ paths: { "/n": { get: { operationId: "n", responses } } } });
  hub.pets.instead = () => Response.json({ n: "none" });
  const { status, body } = await hub.admin.call("/shop/n");
  deepStrictEqual([status, body.code, body.output], [500, "INTERNAL", undefined]);
  await using trusting = await importing({
    ...{ paths: { "/n": { get: { operationId: "n", responses } } }, checkOutput: false },
  });
  trusting.pets.instead = () => Response.json({ n: "none" });
  deepStrictEqual((await trusting.admin.call("/shop/n")).body.output, { n: "none" });
  const { body: { output } } = await trusting.admin.get("/schema?name=/shop/n");
  deepStrictEqual(output.output_schema.properties, { n: { type: "integer" } });
});

Deno.test("an answer that is too long is not read to its end", async () => {
  await using hub = await importing({ maxResponseBytes: 4096 });
  hub.pets.instead = () => Response.json({ long: "x".repeat(100_000) });
  const { status, body } = await hub.admin.call("/shop/listPets");
  deepStrictEqual([status, body.details.reason], [500, "upstream_failed"]);
});

Deno.test("a service that takes too long is not waited for", async () => {
  await using hub = await importing({ timeoutMs: 200 });
  const held = Promise.withResolvers<Response>();
  using _ = { [Symbol.dispose]: () => held.resolve(new Response("{}")) };
  hub.pets.instead = () => held.promise;
  const { status, body } = await hub.admin.call("/shop/listPets");
  deepStrictEqual([status, body.code, body.retryable], [504, "TIMEOUT", true]);
});

Deno.test("a query is asked again when the service cannot answer now, a mutation is not", async () => {
  await using hub = await importing();
  const { admin, pets } = hub;
  let failures = 0;
  const busy = () => {
    failures += 1;
    return failures === 1
      ? new Response(null, { status: 503, headers: { "retry-after": "0" } })
      : undefined;
  };
  pets.instead = busy;
  strictEqual((await admin.call("/shop/listPets")).status, 200);
  failures = 0;
  const { status, body } = await admin.call("/shop/addPet", { body: { name: "Tom" } });
  deepStrictEqual([status, body.code, failures], [503, "HTTP_503", 1]);
});

Deno.test("a redirect leads to the same origin, or nowhere", async () => {
  await using elsewhere = startPets();
  await using hub = await importing({ credential: "shop" });
  await hub.setSecret("shop", "for-the-shop-alone");
  const { admin, pets } = hub;
  const redirect = (location: string) => ({ url, method }: Request) =>
    url.includes("/pets?kind=moved") && method === "GET"
      ? new Response(null, { status: 302, headers: { location } })
      : undefined;
  pets.instead = redirect("/pets?kind=here");
  const here = await until(async () => {
    const { status, body } = await admin.call("/shop/listPets", { kind: "moved" });
    return status === 200 ? body : undefined;
  }, { what: "the secret to be there" });
  strictEqual(here.output.path, "/pets?kind=here");
  pets.instead = redirect(`${elsewhere.url}/pets`);
  const { status } = await admin.call("/shop/listPets", { kind: "moved" });
  strictEqual(status, 500); // 302 is no failure that could be told as one
  strictEqual(elsewhere.asked.length, 0);
});

Deno.test("a stream of events is a subscription, and leaving it ends the request", async () => {
  const stream = { content: { "text/event-stream": { schema: {} } } };
  await using hub = await importing({
    paths: { "/watch": { get: { operationId: "watch", responses: { 200: stream } } } },
  });
  const { admin, pets } = hub;
  pets.instead = () =>
    new Response('data: {"n":1}\n\ndata: plain\r\n\r\n', {
      headers: { "content-type": "text/event-stream" },
    });
  strictEqual(
    await admin.subscribe("/shop/watch"),
    'data: {"n":1}\n\ndata: "plain"\n\nevent: completed\ndata: {}\n\n',
  );
  strictEqual((await admin.call("/shop/watch")).body.code, "INVALID_OPERATION_TYPE");
  const left = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    cancel: () => left.resolve(),
  });
  pets.instead = () => new Response(endless, { headers: { "content-type": "text/event-stream" } });
  strictEqual(await admin.leave("/shop/watch"), "data: 1\n\n");
  await left.promise;
});

Deno.test("a service that is gone fails as retryable for queries alone", async () => {
  await using hub = await importing();
  const { admin, pets } = hub;
  await pets[Symbol.asyncDispose]();
  const query = await admin.call("/shop/listPets");
  deepStrictEqual([query.body.retryable, query.body.details.reason], [
    true,
    "upstream_unavailable",
  ]);
  const mutation = await admin.call("/shop/addPet", { body: { name: "Tom" } });
  strictEqual(mutation.body.retryable, false);
});

Deno.test("private addresses are not asked unless an import permits them", async () => {
  await using pets = startPets();
  const openapi = `${pets.url}/openapi.json`;
  await using hub = await startImporting({
    none: { openapi, allowPrivate: false },
    named: { openapi: openapi.replace("127.0.0.1", "localhost"), allowPrivate: false },
    cloud: { openapi: "http://169.254.169.254/latest/openapi.json" },
  });
  for (const name of ["none", "named", "cloud"]) {
    const { error } = await hub.admin.status(name, ({ state }) => state === "failing");
    match(error ?? "", name === "cloud" ? /where no service is asked/ : /a private address/);
  }
  strictEqual(pets.documents.length, 0);
});

Deno.test("a document cannot lead calls to another service", async () => {
  await using pets = startPets();
  pets.more = { servers: [{ url: "http://elsewhere.example/v1" }] };
  const openapi = `${pets.url}/openapi.json`;
  await using hub = await startImporting({
    shop: { openapi },
    told: { openapi, baseUrl: `${pets.url}/v2/` },
  });
  const { error } = await hub.admin.status("shop", ({ state }) => state === "failing");
  match(error ?? "", /set baseUrl/);
  await hub.admin.status("told");
  strictEqual((await hub.admin.call("/told/listPets")).body.output.path, "/v2/pets");
  pets.more = { servers: [{ url: "/v1/" }] };
  await hub.admin.refresh("shop");
  strictEqual((await hub.admin.call("/shop/listPets")).body.output.path, "/v1/pets");
});

Deno.test("documents are read from files, and in YAML", async () => {
  await using pets = startPets();
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(file) };
  const text = (id: string) =>
    `openapi: 3.0.0\ninfo: {title: t, version: "1"}\npaths:\n  /pets:\n    get:\n` +
    `      operationId: ${id}\n      responses: {"200": {description: ok}}\n`;
  await Deno.writeTextFile(file, text("one"));
  await using hub = await startImporting({ shop: { openapi: file, baseUrl: pets.url } });
  await hub.admin.status("shop");
  strictEqual((await hub.admin.call("/shop/one")).status, 200);
  await Deno.writeTextFile(file, text("two"));
  await hub.admin.refresh("shop");
  await hub.admin.names("shop", ["shop/two"]);
});
