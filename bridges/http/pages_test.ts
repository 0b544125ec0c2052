import { strictEqual } from "node:assert/strict";
import { ask, call, listening, told } from "./_gateway_testing.ts";

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
  strictEqual(
    asked.headers.get("access-control-allow-headers"),
    "authorization, content-type, traceparent, tracestate, idempotency-key, last-event-id",
  );
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
