import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { askNext } from "./next_value.ts";
import { createSseBody } from "./sse_body.ts";

/** A body of values that a test gives one by one; the sanitizers see to it that no timer stays. */
function bodyOf(stuckMs: number) {
  const given = Promise.withResolvers<IteratorResult<unknown, undefined>>();
  const events: string[] = [];
  const values = {
    next: () => given.promise,
    return() {
      events.push("return");
      return Promise.resolve({ done: true, value: undefined } as const);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  const body = createSseBody({
    ...{ values, first: askNext(values), isResumable: false, heartbeatMs: 60_000, stuckMs },
    tell: () => ({ code: "INTERNAL", message: "", retryable: false }),
    onEnd: () => events.push("end"),
  });
  return { body, events, give: given.resolve };
}

Deno.test("a body whose reader leaves while a value is under way waits for no reader any more", async () => {
  const { body, events, give } = bodyOf(60_000);
  const reader = body.getReader();
  const read = reader.read();
  await reader.cancel();
  give({ done: false, value: 1 });
  strictEqual((await read).done, true);
  deepStrictEqual(events, ["end", "return"]);
});

Deno.test("a body that is over waits for no reader", async () => {
  const { body, events, give } = bodyOf(60_000);
  give({ done: true, value: undefined });
  strictEqual(await new Response(body).text(), "event: completed\ndata: {}\n\n");
  deepStrictEqual(events, ["end"]);
});
