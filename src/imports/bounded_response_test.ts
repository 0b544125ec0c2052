import { rejects, strictEqual } from "node:assert/strict";
import { boundedResponse } from "./bounded_response.ts";

const EVENTS = { "content-type": "text/event-stream" };

function bounded(body: string | null, headers: Record<string, string> = {}) {
  return boundedResponse(new Response(body, { headers }), { maxResponseBytes: 10 });
}

Deno.test("an answer within its bounds is what it was", async () => {
  strictEqual(await bounded("x".repeat(10)).text(), "x".repeat(10));
  strictEqual(await bounded(null).text(), "");
});

Deno.test("a longer one fails", async () => {
  await rejects(bounded("x".repeat(11)).text(), RangeError);
});

for (const end of ["\n\n", "\r\n\r\n"]) {
  Deno.test(`of events that end with ${JSON.stringify(end)} there may be any number`, async () => {
    const stream = `a: 1${end}`.repeat(100);
    strictEqual(await bounded(stream, EVENTS).text(), stream);
  });
}

Deno.test("one event that is too long fails, in however many lines", async () => {
  await rejects(bounded(`ok${"\n\n"}${"a:\n".repeat(10)}`, EVENTS).text(), RangeError);
});
