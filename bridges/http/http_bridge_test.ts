import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CallError, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { until } from "../../tests/harness/until.ts";
import { ask, call, listening, told } from "./_gateway_testing.ts";

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

for (const [code, status] of [["RATE_LIMITED", 429], ["UNAVAILABLE", 503]] as const) {
  Deno.test(`somebody who cannot be looked up (${code}) is answered ${status}, to come again`, async () => {
    await using gateway = listening({
      admission: {
        resolve: () =>
          Promise.reject(new CallError(code, "later", { retry_after: 3 }, { retryable: true })),
        renew: (caller) => Promise.resolve({ caller }),
        onChange: () => () => {},
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
