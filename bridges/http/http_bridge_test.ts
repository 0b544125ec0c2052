import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CallError, createRateLimiter, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { until } from "../../tests/harness/until.ts";
import { ask, call, listening, told } from "./_gateway_testing.ts";

Deno.test("/call answers in the success wrapper, with a request id that is in the header, too", async () => {
  await using gateway = listening();
  const { status, headers, body } = await call(gateway, "/test/echo", { input: { text: "hi" } });
  strictEqual(status, 200);
  const { request_id: id, ...rest } = body;
  deepStrictEqual(rest, { result: "ok", output: { text: "hi" } });
  strictEqual(headers.get("x-request-id"), id);
  strictEqual(headers.get("content-type"), "application/json");
  strictEqual(headers.get("x-content-type-options"), "nosniff");
  strictEqual(headers.get("cache-control"), "no-store");
});

Deno.test("/call takes a name without its slash, and no input as an empty one", async () => {
  await using gateway = listening();
  strictEqual((await call(gateway, "test/whoami")).body.output, "ann");
});

Deno.test("/call heeds nothing in a body that claims to be somebody else", async () => {
  await using gateway = listening();
  const body = {
    ...{ operation: "/test/context", input: {}, auth_token: "token-of-bob" },
    ...{ forwarded_for: { id: "eve" }, identity: { id: "eve", scopes: ["use"] }, trusted: true },
  };
  const answer = await told(ask(gateway, "/call", { body }));
  deepStrictEqual(answer.body.output, {
    ...{ id: "ann", internal: false, forwardedFor: null, trusted: false },
  });
});

Deno.test("/call waits as long as timeout_ms says", async () => {
  await using gateway = listening();
  const body = { operation: "/test/wait", timeout_ms: 20 };
  const answer = await told(ask(gateway, "/call", { body }));
  strictEqual(answer.status, 504);
  strictEqual(answer.body.code, "TIMEOUT");
  strictEqual(answer.body.retryable, true);
});

for (
  const [what, operation, options, status, code] of [
    ["an unknown operation", "/no/such", {}, 404, "NOT_FOUND"],
    ["an internal operation", "/test/hidden", {}, 404, "NOT_FOUND"],
    ["a name that is none", "/../etc/passwd", {}, 404, "NOT_FOUND"],
    ["a subscription", "/test/numbers", { input: { to: 1 } }, 400, "INVALID_OPERATION_TYPE"],
    ["input that does not fit", "/test/echo", { input: { text: 1 } }, 422, "INVALID_INPUT"],
    ["somebody without the right", "/test/echo", { token: "token-of-bob" }, 403, "FORBIDDEN"],
    ["nobody", "/test/echo", { token: null }, 401, "FORBIDDEN"],
    [
      "a token of nobody, even for what is public",
      "/test/whoami",
      { token: "x" },
      401,
      "FORBIDDEN",
    ],
    ["output that is no JSON", "/test/cycle", {}, 500, "INTERNAL"],
  ] as const
) {
  Deno.test(`gateway.md 2.10: /call by or of ${what} answers ${status} ${code}`, async () => {
    await using gateway = listening();
    const answer = await call(gateway, operation, options);
    strictEqual(answer.status, status);
    strictEqual(answer.body.code, code);
    strictEqual(typeof answer.body.message, "string");
    strictEqual(typeof answer.body.retryable, "boolean");
    strictEqual(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
    ok(answer.headers.get("x-request-id") !== null);
  });
}

for (
  const [code, status] of [
    ["TEAPOT", 418],
    ["LIAR", 500],
    ["PLAIN", 500],
    ["UNDECLARED", 500],
    ["HTTP_404", 404],
    ["HTTP_200", 500],
    ["HTTP_999", 500],
    ["HTTP_abc", 500],
    ["RATE_LIMITED", 429],
  ] as const
) {
  Deno.test(`gateway.md 2.10: the code ${code} of an operation answers ${status}`, async () => {
    await using gateway = listening();
    strictEqual((await call(gateway, "/test/fail", { input: { code } })).status, status);
  });
}

for (
  const [what, details, code, expected] of [
    ["a number of seconds", { retry_after: 7 }, "BUSY", "7"],
    ["a header of its own", { retry_after: "1\r\nX: y" }, "BUSY", null],
    ["less than nothing", { retry_after: -1 }, "BUSY", null],
    ["more than a day", { retry_after: 86_401 }, "BUSY", null],
    ["a fraction", { retry_after: 1.5 }, "BUSY", null],
    ["nothing", undefined, "BUSY", null],
    ["a number, where the status has none", { retry_after: 7 }, "TEAPOT", null],
  ] as const
) {
  Deno.test(`gateway.md 2.10: Retry-After for details with ${what} is ${expected}`, async () => {
    await using gateway = listening();
    const input = { code, details, retryable: true };
    const { headers } = await call(gateway, "/test/fail", { input });
    strictEqual(headers.get("retry-after"), expected);
    strictEqual(headers.get("x"), null);
  });
}

Deno.test("gateway.md 7.2: internal and unknown operations cannot be told apart, alone or in a batch", async () => {
  await using gateway = listening();
  const [hidden, unknown] = await Promise.all(
    ["/test/hidden", "/test/unknown"].map((operation) => call(gateway, operation)),
  );
  deepStrictEqual(hidden?.body, unknown?.body);
  const body = [{ operation: "/test/hidden" }, { operation: "/test/unknown" }];
  const { body: { results } } = await told(ask(gateway, "/batch", { body }));
  deepStrictEqual(results[0].error, results[1].error);
  ok(results.every((item: { request_id: unknown }) => typeof item.request_id === "string"));
});

Deno.test("gateway.md 7.4: a batch keeps its order, and a failure concerns nobody else", async () => {
  await using gateway = listening();
  const body = [
    { operation: "/test/slow", input: { ms: 100 } },
    { operation: "/test/echo", input: { text: 1 } },
    { operation: "/test/numbers", input: { to: 1 } },
    { operation: "/test/whoami" },
  ];
  for (const form of [body, { calls: body }]) {
    const answer = await told(ask(gateway, "/batch", { body: form }));
    strictEqual(answer.status, 200);
    const { results } = answer.body;
    deepStrictEqual(
      results.map((
        { result, output, error }: Record<string, Record<string, unknown>>,
      ) => [result, output ?? error?.code]),
      [["ok", 100], ["error", "INVALID_INPUT"], ["error", "INVALID_OPERATION_TYPE"], ["ok", "ann"]],
    );
    strictEqual(new Set(results.map((item: { request_id: string }) => item.request_id)).size, 4);
  }
});

Deno.test("at most eight calls of a batch run at a time", async () => {
  await using gateway = listening();
  const calls = Array.from({ length: 16 }, () => ({ operation: "/test/slow", input: { ms: 60 } }));
  const startedAt = performance.now();
  const { status } = await told(ask(gateway, "/batch", { body: calls }));
  strictEqual(status, 200);
  ok(performance.now() - startedAt >= 115, "sixteen took at least twice as long as one");
});

for (
  const [what, body, options] of [
    ["more than 50 calls", Array.from({ length: 51 }, () => ({ operation: "/test/whoami" })), {}],
    ["6 calls of nobody", Array.from({ length: 6 }, () => ({ operation: "/test/whoami" })), {
      token: null,
    }],
    ["a call without an operation", [{ input: {} }], {}],
    ["no list", { operation: "/test/whoami" }, {}],
    ["a call with a forbidden key", [JSON.parse('{"operation":"a/b","__proto__":{}}')], {}],
  ] as const
) {
  Deno.test(`gateway.md 2.6: a batch with ${what} is refused with 400 as a whole`, async () => {
    await using gateway = listening();
    const answer = await told(ask(gateway, "/batch", { body, ...options }));
    strictEqual(answer.status, 400);
    strictEqual(answer.body.code, "INVALID_INPUT");
  });
}

Deno.test("each call of a batch counts against the rate of its caller", async () => {
  await using gateway = listening({ rateLimiter: createRateLimiter({ perSecond: 1, burst: 3 }) });
  const body = Array.from({ length: 5 }, () => ({ operation: "/test/whoami" }));
  const { body: { results } } = await told(ask(gateway, "/batch", { body }));
  deepStrictEqual(
    results.map((item: { error?: { code: string } }) => item.error?.code),
    [undefined, undefined, undefined, "RATE_LIMITED", "RATE_LIMITED"],
  );
  const refused = await call(gateway, "/test/whoami");
  strictEqual(refused.status, 429);
  match(refused.headers.get("retry-after") ?? "", /^[1-9]/);
});

Deno.test("requests without identity are counted by the address they come from", async () => {
  const asked: (string | undefined)[] = [];
  await using gateway = listening({
    anonymousLimiter: (identity) => void asked.push(identity?.id),
    rateLimiter: () => 9,
  });
  strictEqual((await call(gateway, "/test/whoami", { token: null })).body.output, "nobody");
  deepStrictEqual(asked, ["127.0.0.1"]);
});

Deno.test("a caller has a bounded number of calls at a time, and a place is free when its handler has ended", async () => {
  const live = { calls: 1, streams: 1 };
  await using gateway = listening({ liveLimits: { node: live, client: live, anonymous: live } });
  const leaving = new AbortController();
  const body = { operation: "/test/wait" };
  const first = ask(gateway, "/call", { body, signal: leaving.signal }).catch(() => "left");
  await until(() => gateway.running.has("wait"), { what: "the first call" });
  strictEqual((await call(gateway, "/test/whoami")).status, 429);
  strictEqual((await call(gateway, "/test/whoami", { token: "token-of-bob" })).status, 200);
  leaving.abort();
  strictEqual(await first, "left");
  await until(async () => (await call(gateway, "/test/whoami")).status === 200, {
    what: "the place to be free",
  });
});

Deno.test("gateway.md 2.5: a client that goes away aborts what it asked for", async () => {
  await using gateway = listening();
  const leaving = new AbortController();
  const body = [{ operation: "/test/wait" }];
  const asked = ask(gateway, "/batch", { body, signal: leaving.signal }).catch(() => "left");
  await until(() => gateway.running.has("wait"), { what: "the call to run" });
  leaving.abort();
  await asked;
  await until(() => gateway.aborted.includes("wait"), { what: "the handler to be aborted" });
  await until(() => gateway.bridge.size === 0, { what: "the request to be forgotten" });
});

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

Deno.test("POST /v1/ws-tickets gives a ticket for the credential and the origin, to callers with identity", async () => {
  await using gateway = listening({ allowedOrigins: ["https://good.example"] });
  const headers = { origin: "https://good.example" };
  const { status, body } = await told(
    ask(gateway, "/v1/ws-tickets", { method: "POST", headers }),
  );
  strictEqual(status, 200);
  deepStrictEqual(body, {
    ...{ ticket: "ticket 0 for first of ann at https://good.example", expires_in: 30 },
  });
  const refused = await told(ask(gateway, "/v1/ws-tickets", { method: "POST", token: null }));
  strictEqual(refused.status, 401);
});

Deno.test("gateway.md 7.8: /openapi.json is the same bytes for everybody, whatever operations there are", async () => {
  await using gateway = listening();
  const document = async (token: string | null) =>
    await (await ask(gateway, "/openapi.json", { token })).text();
  const before = await document("token-of-ann");
  gateway.registry.register({
    ...{ namespace: "new", name: "secretname", version: "1.0.0", type: OperationType.QUERY },
    ...{ description: "New", accessControl: { requiredScopes: ["use"] } },
    ...{ inputSchema: Type.Object({}), outputSchema: Type.Unknown(), handler: () => 1 },
  }, { visibility: "external" });
  strictEqual(await document(null), before);
  ok(!before.includes("secretname") && !before.includes("test/echo") && !before.includes("TEAPOT"));
  match(JSON.parse(before).info.version, /^[0-9]+\.[0-9]+\.[0-9]+$/);
});

for (
  const [path, method] of [
    ["/nothing", "GET"],
    ["/call/", "POST"],
    ["/test/echo", "POST"],
    ["/call", "GET"],
    ["/call", "DELETE"],
    ["/subscribe?operation=/test/numbers", "GET"],
    ["/openapi.json", "POST"],
    ["/search", "constructor"],
  ] as const
) {
  Deno.test(`gateway.md 2.9: ${method} ${path} is a plain 404 that tells nothing`, async () => {
    await using gateway = listening();
    const answer = await told(ask(gateway, path, { method }));
    strictEqual(answer.status, 404);
    strictEqual(answer.body, "Not Found");
    strictEqual(answer.headers.get("x-request-id"), null);
  });
}

Deno.test("a trace goes on through the hub, and begins there for who has none", async () => {
  await using gateway = listening();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const headers = { traceparent, tracestate: "vendor=1" };
  const answer = await call(gateway, "/test/whoami", { headers });
  const given = answer.headers.get("traceparent") ?? "";
  match(given, /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
  notStrictEqual(given, traceparent);
  strictEqual(answer.headers.get("tracestate"), "vendor=1");
  const begun = await call(gateway, "/test/whoami", { headers: { traceparent: "nonsense" } });
  match(begun.headers.get("traceparent") ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

Deno.test("an Idempotency-Key is put where the operation takes one", async () => {
  await using gateway = listening();
  for (const key of ["k-1", '"k-1"']) {
    const headers = { "idempotency-key": key };
    const answer = await call(gateway, "/test/remember", { input: { text: "a" }, headers });
    strictEqual(answer.status, 200);
  }
  const kept = { text: "a", commandId: "k-1" };
  deepStrictEqual(gateway.remembered, [kept, kept]);
});

Deno.test("the calls of a batch have keys of their own, made of the batch's", async () => {
  await using gateway = listening();
  const body = [{ operation: "/test/remember" }, { operation: "/test/remember" }];
  await told(ask(gateway, "/batch", { body, headers: { "idempotency-key": "k" } }));
  deepStrictEqual(gateway.remembered, [{ commandId: "k:0" }, { commandId: "k:1" }]);
});

for (
  const [what, operation, input, key, status] of [
    ["a mutation that takes none", "/test/forget", {}, "k", 422],
    ["input that names another", "/test/remember", { commandId: "other" }, "k", 422],
    ["a key with a space", "/test/remember", {}, "a b", 400],
    ["a key of 121 characters", "/test/remember", {}, "k".repeat(121), 400],
  ] as const
) {
  Deno.test(`an Idempotency-Key with ${what} is refused with ${status}, and nothing runs`, async () => {
    await using gateway = listening();
    const headers = { "idempotency-key": key };
    strictEqual((await call(gateway, operation, { input, headers })).status, status);
    deepStrictEqual(gateway.remembered, []);
  });
}

Deno.test("an Idempotency-Key changes nothing for a query, nor for what is not there", async () => {
  await using gateway = listening();
  const headers = { "idempotency-key": "k" };
  strictEqual((await call(gateway, "/test/whoami", { headers })).body.output, "ann");
  strictEqual((await call(gateway, "/no/such", { headers })).status, 404);
});

Deno.test("large answers are compressed for who takes gzip, small ones and others are not", async () => {
  await using gateway = listening();
  const encodingOf = async (chars: number, accepts: string) => {
    const client = Deno.createHttpClient({});
    try {
      const response = await fetch(`${gateway.url}/call`, {
        ...{ client, method: "POST" },
        headers: {
          ...{ authorization: "Bearer token-of-ann", "content-type": "application/json" },
          "accept-encoding": accepts,
        },
        body: JSON.stringify({ operation: "/test/text", input: { chars } }),
      });
      const { output } = await response.json();
      strictEqual(output.length, chars);
      return response.headers.get("vary");
    } finally {
      client.close();
    }
  };
  strictEqual(await encodingOf(100_000, "gzip"), "Accept-Encoding");
  strictEqual(await encodingOf(100, "gzip"), null);
  strictEqual(await encodingOf(100_000, "gzip;q=0"), null);
  strictEqual(await encodingOf(100_000, "identity"), null);
});

Deno.test("pages of allowed origins read answers, after they have asked whether they may", async () => {
  await using gateway = listening({ allowedOrigins: ["https://good.example"] });
  const headers = { origin: "https://good.example" };
  const asked = await told(ask(gateway, "/call", {
    method: "OPTIONS",
    headers: { ...headers, "access-control-request-method": "POST" },
  }));
  strictEqual(asked.status, 204);
  strictEqual(asked.headers.get("access-control-allow-methods"), "POST");
  match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/);
  const answer = await call(gateway, "/test/whoami", { headers });
  strictEqual(answer.status, 200);
  for (const given of [asked, answer]) {
    strictEqual(given.headers.get("access-control-allow-origin"), headers.origin);
    strictEqual(given.headers.get("access-control-allow-credentials"), null);
    strictEqual(given.headers.get("vary"), "Origin");
  }
  const failed = await call(gateway, "/no/such", { headers });
  strictEqual(failed.headers.get("access-control-allow-origin"), headers.origin);
});

for (const origin of ["https://evil.example", "null", "https://good.example.evil.example"]) {
  Deno.test(`a page of ${origin} is refused with 403, and may not read even that`, async () => {
    await using gateway = listening({ allowedOrigins: ["https://good.example"] });
    for (const method of ["POST", "OPTIONS"]) {
      const headers = { origin, "access-control-request-method": "POST" };
      const body = method === "POST" ? { operation: "/test/whoami" } : undefined;
      const answer = await told(
        ask(gateway, "/call", { method, headers, ...(body === undefined ? {} : { body }) }),
      );
      strictEqual(answer.status, 403);
      strictEqual(answer.headers.get("access-control-allow-origin"), null);
    }
  });
}

Deno.test("a page of the hub's own origin needs no permission", async () => {
  await using gateway = listening();
  const headers = { origin: gateway.url };
  strictEqual((await call(gateway, "/test/whoami", { headers })).status, 200);
});

for (const [code, status] of [["RATE_LIMITED", 429], ["UNAVAILABLE", 503]] as const) {
  Deno.test(`somebody who cannot be looked up (${code}) is answered ${status}, to come again`, async () => {
    await using gateway = listening({
      admission: {
        resolve: () =>
          Promise.reject(new CallError(code, "later", { retry_after: 3 }, { retryable: true })),
      },
    });
    const answer = await call(gateway, "/test/whoami");
    strictEqual(answer.status, status);
    strictEqual(answer.body.retryable, true);
    strictEqual(answer.headers.get("retry-after"), "3");
  });
}

Deno.test("a gateway that closes waits for calls, refuses new ones, and ends what outlasts it", async () => {
  await using gateway = listening({ drainMs: 300 });
  const slow = call(gateway, "/test/slow", { input: { ms: 100 } });
  const waiting = call(gateway, "/test/wait");
  await until(() => gateway.bridge.size === 2, { what: "both calls" });
  const closing = gateway.bridge[Symbol.asyncDispose]();
  const refused = await call(gateway, "/test/whoami");
  strictEqual(refused.status, 503);
  strictEqual(refused.body.retryable, true);
  strictEqual((await slow).status, 200);
  const ended = await waiting;
  strictEqual(ended.status, 503);
  strictEqual(ended.body.code, "ABORTED");
  strictEqual(ended.body.retryable, true);
  await closing;
  strictEqual(gateway.bridge.size, 0);
});
