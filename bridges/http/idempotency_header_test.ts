import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ask, call, listening, told } from "./_gateway_testing.ts";

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
