import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createRateLimiter } from "@alkdev/operations";
import { until } from "../../tests/harness/until.ts";
import { createNotingSearch } from "../gateway/_search_testing.ts";
import { ask, send, serving, use } from "./_serving_testing.ts";

const echo = { operation: "/test/echo", input: { text: "hi" } };

Deno.test("server/discover tells the revision, the tools, who the hub is, and for how long", async () => {
  await using hub = serving();
  const { status, body } = await ask(hub.url, { method: "server/discover" });
  strictEqual(status, 200);
  const { supportedVersions, capabilities, ttlMs, cacheScope, resultType, _meta } = body.result;
  deepStrictEqual(supportedVersions, ["2026-07-28"]);
  deepStrictEqual(capabilities, { tools: {} });
  deepStrictEqual([ttlMs, cacheScope, resultType], [86_400_000, "public", "complete"]);
  deepStrictEqual(_meta["io.modelcontextprotocol/serverInfo"], { name: "hub", version: "1.2.3" });
});

Deno.test("tools/list has exactly the four tools, for everybody (§4.1)", async () => {
  await using hub = serving();
  for (const token of ["token-of-ann", "token-of-poor"]) {
    const { body } = await ask(hub.url, {
      method: "tools/list",
      headers: { authorization: `Bearer ${token}` },
    });
    const tools: { name: string; annotations: Record<string, boolean> }[] = body.result.tools;
    const told = tools.map(({ name, annotations: { readOnlyHint, destructiveHint } }) => [
      ...[name, readOnlyHint, destructiveHint],
    ]);
    deepStrictEqual(told, [
      ["search", true, false],
      ["schema", true, false],
      ["call", false, true],
      ["batch", false, true],
    ]);
  }
});

Deno.test("call gives the output as a value and as the same JSON in text (§4.2)", async () => {
  await using hub = serving();
  const { status, body, headers } = await use(hub.url, "call", { input: echo });
  strictEqual(status, 200);
  const { content, structuredContent, isError, resultType, _meta } = body.result;
  deepStrictEqual(structuredContent, { text: "hi" });
  deepStrictEqual(content, [{ type: "text", text: '{"text":"hi"}' }]);
  strictEqual(isError, false);
  strictEqual(resultType, "complete");
  strictEqual(_meta["alkdev/requestId"], headers.get("x-request-id"));
});

Deno.test("an operation runs under the id that the answer tells, each of a batch under its own", async () => {
  await using hub = serving();
  const request = { operation: "test/request" };
  const one = await use(hub.url, "call", { input: request });
  strictEqual(one.body.result.structuredContent.requestId, one.headers.get("x-request-id"));
  const many = await use(hub.url, "batch", { input: { calls: [request, request] } });
  const results: { output: { requestId: string }; request_id: string }[] =
    many.body.result.structuredContent.results;
  for (const { output, request_id } of results) strictEqual(output.requestId, request_id);
});

Deno.test("call puts an output that is no object under value", async () => {
  await using hub = serving();
  const { body } = await use(hub.url, "call", { input: { operation: "test/whoami" } });
  deepStrictEqual(body.result.structuredContent, { value: "ann" });
});

const FAILURES = [
  ["an operation that is not there", { operation: "/no/where" }, "NOT_FOUND"],
  ["an internal operation, as if it were not there", { operation: "test/hidden" }, "NOT_FOUND"],
  ["a subscription", { operation: "/test/ticks" }, "INVALID_OPERATION_TYPE"],
  ["an input that breaks the schema", { operation: "test/echo", input: {} }, "INVALID_INPUT"],
  ["an error that the operation declares", { operation: "test/fail" }, "FULL"],
  ["a mistake in the operation", { operation: "test/break" }, "INTERNAL"],
  ["an output that is no JSON", { operation: "test/unwritable" }, "INTERNAL"],
  ["a missing operation", {}, "INVALID_INPUT"],
  ["an operation that is no text", { operation: 7 }, "INVALID_INPUT"],
  ["arguments that are a list", [], "INVALID_INPUT"],
  ["an input that is no object", { operation: "test/echo", input: "hi" }, "INVALID_INPUT"],
] as const;

for (const [what, input, code] of FAILURES) {
  Deno.test(`call answers ${what} with a result that is an error: ${code} (§4.2)`, async () => {
    await using hub = serving();
    const { status, body } = await use(hub.url, "call", { input });
    strictEqual(status, 200);
    const { isError, structuredContent, content } = body.result;
    strictEqual(isError, true);
    strictEqual(structuredContent.code, code);
    deepStrictEqual(JSON.parse(content[0].text), structuredContent);
    ok(!JSON.stringify(body).includes("1234"), "nothing of the mistake is told");
  });
}

Deno.test("call: what an internal operation answers is what an unknown one does", async () => {
  await using hub = serving();
  const answers = await Promise.all(
    ["test/hidden", "test/nothing"].map((operation) =>
      use(hub.url, "call", { input: { operation } })
    ),
  );
  const [hidden, unknown] = answers.map(({ body }) => body.result.content);
  deepStrictEqual(hidden, unknown);
});

Deno.test("call without the scope that an operation requires is FORBIDDEN", async () => {
  await using hub = serving();
  const headers = { authorization: "Bearer token-of-poor" };
  const { body } = await use(hub.url, "call", { input: echo, headers });
  strictEqual(body.result.structuredContent.code, "FORBIDDEN");
});

Deno.test("identity, scopes and tokens inside of arguments have no effect", async () => {
  await using hub = serving();
  const headers = { authorization: "Bearer token-of-poor" };
  const claims = { identity: { id: "ann", scopes: ["use"] }, auth_token: "token-of-ann" };
  const input = { ...echo, ...claims, forwarded_for: claims.identity };
  const { body } = await use(hub.url, "call", { input, headers, meta: claims });
  strictEqual(body.result.structuredContent.code, "FORBIDDEN");
});

Deno.test("search finds what the caller may call, without subscriptions, and says what it is", async () => {
  await using hub = serving();
  const found = async (input: unknown, token = "token-of-ann") => {
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await use(hub.url, "search", { input, headers });
    return body.result.structuredContent.operations;
  };
  deepStrictEqual(await found({ query: "Gives back" }), [
    { name: "test/echo", description: "Gives back what it is given" },
  ]);
  deepStrictEqual(await found({ query: "whoami" }), [
    { name: "test/whoami", description: "The query test/whoami of test." },
  ]);
  deepStrictEqual(await found({ query: "Gives values" }), []);
  deepStrictEqual(await found({ query: "Gives back" }, "token-of-poor"), []);
  strictEqual((await found({ limit: 2 })).length, 2);
  const many = await use(hub.url, "search", { input: { limit: 101 } });
  strictEqual(many.body.result.structuredContent.code, "INVALID_INPUT");
});

Deno.test("search looks for what it is told, twenty operations unless it is said (§4.1)", async () => {
  const { search, asked } = createNotingSearch();
  await using hub = serving({ search });
  const input = { query: "q", namespace: "n", limit: 7, cursor: "c" };
  const { body } = await use(hub.url, "search", { input });
  deepStrictEqual(body.result.structuredContent, { operations: [], next_cursor: "next" });
  await use(hub.url, "search", { input: {} });
  const common = { identity: { id: "ann", scopes: ["use"] }, types: ["query", "mutation"] };
  deepStrictEqual(asked, [{ ...common, ...input }, { ...common, limit: 20 }]);
});

Deno.test("schema gives the whole specification", async () => {
  await using hub = serving();
  const { body } = await use(hub.url, "schema", { input: { name: "/test/echo" } });
  const { name, op_type, input_schema } = body.result.structuredContent;
  deepStrictEqual([name, op_type, input_schema.type], ["test/echo", "query", "object"]);
  const missing = await use(hub.url, "schema", { input: { name: "/test/nothing" } });
  strictEqual(missing.body.result.structuredContent.code, "NOT_FOUND");
});

Deno.test("batch answers in order, each call for itself, while a slow one runs", async () => {
  await using hub = serving();
  const calls = [{ operation: "test/wait" }, echo, { operation: "test/ticks" }];
  const answer = use(hub.url, "batch", { input: { calls } });
  const slow = await until(() => [...hub.waiting][0], { what: "the slow call to run" });
  slow.release();
  const { results } = (await answer).body.result.structuredContent;
  deepStrictEqual(results[0].output, { isDone: true });
  deepStrictEqual(results[1].output, { text: "hi" });
  deepStrictEqual([results[2].isError, results[2].error.code], [true, "INVALID_OPERATION_TYPE"]);
  strictEqual(new Set(results.map((item: { request_id: string }) => item.request_id)).size, 3);
});

Deno.test("batch runs eight calls at a time (§2.6)", async () => {
  const client = { calls: 8, streams: 0 };
  await using hub = serving({ liveLimits: { client, node: client, anonymous: client } });
  const calls = Array.from({ length: 16 }, () => ({ operation: "test/wait" }));
  const answer = use(hub.url, "batch", { input: { calls } });
  for (const which of ["first", "last"]) {
    await until(() => hub.waiting.size === 8, { what: `the ${which} eight to run` });
    const running = [...hub.waiting];
    hub.waiting.clear();
    for (const { release } of running) release();
  }
  const { results } = (await answer).body.result.structuredContent;
  // A ninth would have found no place.
  deepStrictEqual(results.filter((item: { isError: boolean }) => item.isError), []);
});

Deno.test("batch refuses 51 calls as a whole (§2.6)", async () => {
  await using hub = serving();
  const calls = Array.from({ length: 51 }, () => echo);
  const { body } = await use(hub.url, "batch", { input: { calls } });
  strictEqual(body.result.isError, true);
  strictEqual(body.result.structuredContent.code, "INVALID_INPUT");
});

Deno.test("each call of a batch counts for the caller's limit", async () => {
  await using hub = serving({ rateLimiter: createRateLimiter({ perSecond: 0.001, burst: 2 }) });
  const { body } = await use(hub.url, "batch", { input: { calls: [echo, echo, echo] } });
  const { results } = body.result.structuredContent;
  deepStrictEqual(results.map((item: { isError: boolean }) => item.isError), [false, false, true]);
  strictEqual(results[2].error.code, "RATE_LIMITED");
  ok(results[2].error.details.retry_after > 0);
});

Deno.test("methods that need no operation count for the caller's limit, with 429 and Retry-After", async () => {
  await using hub = serving({ rateLimiter: createRateLimiter({ perSecond: 0.01, burst: 1 }) });
  await ask(hub.url, { method: "tools/list" });
  const { status, headers, body } = await ask(hub.url, { method: "tools/list" });
  strictEqual(status, 429);
  match(headers.get("retry-after") ?? "", /^[0-9]+$/);
  deepStrictEqual([body.id, body.error.data.code], [1, "RATE_LIMITED"]);
});

Deno.test("no more calls of one caller run at a time than the bound allows", async () => {
  const client = { calls: 1, streams: 0 };
  await using hub = serving({ liveLimits: { client, node: client, anonymous: client } });
  const first = use(hub.url, "call", { input: { operation: "test/wait" } });
  const running = await until(() => [...hub.waiting][0], { what: "the first call to run" });
  const second = await use(hub.url, "call", { input: echo });
  strictEqual(second.body.result.structuredContent.code, "RATE_LIMITED");
  running.release();
  strictEqual((await first).body.result.isError, false);
});

Deno.test("an idempotency key in _meta reaches the input that takes one", async () => {
  await using hub = serving();
  const call = (operation: string, key: unknown) =>
    use(hub.url, "call", { input: { operation }, meta: { "alkdev/idempotencyKey": key } });
  const keyed = await call("test/keyed", "k-1");
  deepStrictEqual(keyed.body.result.structuredContent, { key: "k-1" });
  for (const [operation, key] of [["test/wait", "k-1"], ["test/keyed", 7], ["test/keyed", "ü"]]) {
    const { body } = await call(String(operation), key);
    strictEqual(body.result.structuredContent.code, "INVALID_INPUT");
    strictEqual(body.result.structuredContent.details.reason, "idempotency_key");
  }
});

Deno.test("the key of a batch is another one for each of its calls", async () => {
  await using hub = serving();
  const calls = [{ operation: "test/keyed" }, { operation: "test/keyed" }];
  const meta = { "alkdev/idempotencyKey": "k" };
  const { body } = await use(hub.url, "batch", { input: { calls }, meta });
  const { results } = body.result.structuredContent;
  deepStrictEqual(results.map((item: { output: unknown }) => item.output), [
    { key: "k:0" },
    { key: "k:1" },
  ]);
});

Deno.test("an answer continues the trace of _meta, and that of the headers where there is none", async () => {
  await using hub = serving();
  const trace = (digit: string) => `00-${digit.repeat(32)}-${"1".repeat(16)}-01`;
  const of = async (meta: Record<string, unknown>) => {
    const headers = { traceparent: trace("b") };
    return (await ask(hub.url, { method: "server/discover", meta, headers })).headers.get(
      "traceparent",
    )?.slice(0, 35);
  };
  strictEqual(await of({ traceparent: trace("a") }), trace("a").slice(0, 35));
  strictEqual(await of({}), trace("b").slice(0, 35));
  notStrictEqual((await of({ traceparent: "no trace" }))?.slice(3, 35), "b".repeat(32));
  // JSON holds what no header may.
  const odd = { traceparent: trace("a"), tracestate: "a=1\r\nb: 2" };
  strictEqual(await of(odd), trace("a").slice(0, 35));
});

const STRANGERS = [
  ["no credential", undefined, 401],
  ["another scheme", "Basic YW5uOmFubg==", 401],
  ["a token of nobody", "Bearer nobody", 401],
  ["no token", "Bearer", 401],
  ["a token that cannot be looked up now", "Bearer unknowable", 503],
] as const;

for (const [what, authorization, expected] of STRANGERS) {
  Deno.test(`a request with ${what} is answered with ${expected}`, async () => {
    await using hub = serving();
    const { status, headers, body } = await ask(hub.url, {
      method: "tools/list",
      headers: { authorization },
    });
    strictEqual(status, expected);
    strictEqual(headers.get("www-authenticate"), expected === 401 ? "Bearer" : null);
    strictEqual(body.jsonrpc, "2.0");
    strictEqual(typeof body.error.data.code, "string");
  });
}

Deno.test("where strangers are served, they are served what is public, a few calls at a time", async () => {
  await using hub = serving({ strangers: "serve" });
  const headers = { authorization: undefined };
  const open = await use(hub.url, "call", { input: { operation: "test/open" }, headers });
  deepStrictEqual(open.body.result.structuredContent, { isOpen: true });
  const closed = await use(hub.url, "call", { input: echo, headers });
  strictEqual(closed.body.result.structuredContent.code, "FORBIDDEN");
  const calls = Array.from({ length: 6 }, () => ({ operation: "test/open" }));
  const many = await use(hub.url, "batch", { input: { calls }, headers });
  strictEqual(many.body.result.structuredContent.code, "INVALID_INPUT");
});

for (const method of ["GET", "DELETE", "PUT"]) {
  Deno.test(`${method} is answered with 405: there is no stream to open and no session to end`, async () => {
    await using hub = serving();
    const response = await fetch(hub.url, { method });
    await response.body?.cancel();
    strictEqual(response.status, 405);
    strictEqual(response.headers.get("allow"), "POST");
  });
}

Deno.test("a bridge that closes lets calls end, refuses others, and aborts what takes too long", async () => {
  const hub = serving({ drainMs: 100 });
  const answer = use(hub.url, "call", { input: { operation: "test/wait" } });
  await until(() => hub.waiting.size === 1, { what: "the call to run" });
  const closing = hub[Symbol.asyncDispose]();
  const refused = await ask(hub.url, { method: "tools/list" });
  deepStrictEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  const { code, retryable, details } = (await answer).body.result.structuredContent;
  deepStrictEqual([code, retryable, details], ["ABORTED", true, { reason: "draining" }]);
  await closing;
  strictEqual(hub.bridge.size, 0);
});

Deno.test("a notification is taken without an answer", async () => {
  await using hub = serving();
  const message = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
  const { status, text } = await send(hub.url, message);
  deepStrictEqual([status, text], [202, ""]);
});
