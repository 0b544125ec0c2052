import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createDispatcher, OperationRegistry, registryView } from "@alkdev/operations";
import { createGatewayDispatch } from "./dispatch.ts";
import { LIVE_LIMITS } from "./in_flight.ts";

Deno.test("what callers may have running is bounded as docs/http.md says", () => {
  deepStrictEqual(LIVE_LIMITS, {
    node: { calls: 512, streams: 128 },
    client: { calls: 64, streams: 16 },
    anonymous: { calls: 8, streams: 0 },
  });
});

Deno.test("nobody makes more than ten requests at once and five a second, counted by address", async () => {
  const dispatch = createGatewayDispatch({
    dispatcher: createDispatcher({ view: registryView(new OperationRegistry()) }),
    ...{ catalog: { find: () => undefined }, rateLimiter: () => undefined },
  });
  const ask = async (source: string) => {
    const result = await dispatch.perform({ caller: null, source, requestId: "r" }, () => {});
    return result.ok ? "ok" : result.error.code;
  };
  const startedAt = performance.now();
  const told: string[] = [];
  for (let i = 0; i < 40; i++) told.push(await ask("10.0.0.1"));
  const seconds = (performance.now() - startedAt) / 1000;
  const passed = told.filter((code) => code === "ok").length;
  ok(passed >= 10 && passed <= 10 + 5 * seconds + 1, `${passed} in ${seconds} s`);
  deepStrictEqual([...new Set(told)], ["ok", "RATE_LIMITED"]);
  strictEqual(await ask("10.0.0.2"), "ok");
});
