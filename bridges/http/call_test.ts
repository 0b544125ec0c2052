import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
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
  const startedAt = performance.now();
  const answer = await told(ask(gateway, "/call", { body }));
  strictEqual(answer.status, 504);
  strictEqual(answer.body.code, "TIMEOUT");
  ok(performance.now() - startedAt < 15_000, "the hub's own limit is thirty seconds");
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

Deno.test("gateway.md 2.10: there is no Retry-After where coming again is of no use", async () => {
  await using gateway = listening();
  const input = { code: "BUSY", details: { retry_after: 7 }, retryable: false };
  const { status, headers } = await call(gateway, "/test/fail", { input });
  deepStrictEqual([status, headers.get("retry-after")], [503, null]);
});

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
