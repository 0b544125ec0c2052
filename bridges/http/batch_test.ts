import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createRateLimiter } from "@alkdev/operations";
import { ask, call, listening, told } from "./_gateway_testing.ts";

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

for (const [places, refused] of [[8, 0], [7, 1]] as const) {
  Deno.test(`eight calls of a batch run at a time: with ${places} places ${refused} finds none`, async () => {
    const some = { calls: places, streams: 1 };
    await using gateway = listening({ liveLimits: { node: some, client: some, anonymous: some } });
    const calls = Array.from({ length: 8 + 8 * (1 - refused) }, () => ({
      ...{ operation: "/test/slow", input: { ms: 60 } },
    }));
    const { body: { results } } = await told(ask(gateway, "/batch", { body: calls }));
    const codes = results.flatMap(({ error }: { error?: { code: string } }) => error?.code ?? []);
    deepStrictEqual(codes, Array.from({ length: refused }, () => "RATE_LIMITED"));
  });
}

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
