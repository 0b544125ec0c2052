import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { dispatching, OPEN } from "./_dispatch.ts";
import { subscription } from "./_operations.ts";
import { buildCallHandler } from "./call_handler.ts";
import { PendingRequestMap } from "./pending_request_map.ts";
import { OperationRegistry } from "./registry.ts";
import { createTurns } from "./turn.ts";

/** Has as many values as anybody may ask for, all at hand. */
const endless = subscription("a.endless", async function* () {
  for (let value = 0;; value++) yield value;
});

Deno.test("others have a turn after each 128 values", () => {
  const turns = createTurns();
  const waits = Array.from({ length: 300 }, (_, index) => turns() === undefined ? [] : [index]);
  deepStrictEqual(waits.flat(), [127, 255]);
});

Deno.test("a stream that has its values at hand does not keep its deadline from coming", async () => {
  const dispatcher = dispatching([[endless, OPEN]]);
  const request = { operation: "a/endless", input: {}, identity: null, timeoutMs: 1 };
  const stream = await dispatcher.subscribe(request);
  let values = 0;
  await rejects(async () => {
    for await (const _ of stream) values += 1;
  }, { code: "TIMEOUT" });
  ok(values >= 127);
});

Deno.test("a handler that has its values at hand hears of an abort that comes later", async () => {
  const registry = new OperationRegistry();
  registry.register(endless);
  const callMap = new PendingRequestMap();
  let responses = 0;
  callMap["call.responded"].subscribe(() => void (responses += 1));
  const served = buildCallHandler({ registry, callMap })({
    requestId: "r",
    operationId: "a.endless",
    input: {},
  });
  const pubsub: unknown = Reflect.get(callMap, "pubsub");
  const timer = setTimeout(() => {
    Reflect.apply(Reflect.get(Object(pubsub), "publish"), pubsub, [
      "call.aborted",
      "",
      { requestId: "r" },
    ]);
  });
  await served;
  clearTimeout(timer);
  const heard = responses;
  ok(heard >= 127);
  await new Promise((resolve) => setTimeout(resolve));
  strictEqual(responses, heard, "nothing is published after the abort");
  callMap.close();
});
