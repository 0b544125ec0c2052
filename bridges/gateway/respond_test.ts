import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Head } from "./head.ts";
import { respond } from "./respond.ts";

const asked = new Head(new Headers({ "accept-encoding": "gzip" }));

Deno.test("respond(): what an answer says of itself counts more than what all answers say", async () => {
  const headers = { "Content-Type": "text/event-stream", "cache-control": "max-age=1" };
  const response = respond({ status: 200, body: "x", headers }, {
    extra: { "cache-control": "private", "x-request-id": "r" },
  });
  deepStrictEqual(Object.fromEntries(response.headers), {
    ...{ "content-type": "text/event-stream", "cache-control": "max-age=1" },
    ...{ "x-content-type-options": "nosniff", "x-request-id": "r" },
  });
  strictEqual(await response.text(), "x");
});

Deno.test("respond(): what is compressed differs by that, too", async () => {
  const body = "x".repeat(100_000), extra = { vary: "Origin" };
  const response = respond({ status: 200, body }, { asked, extra });
  strictEqual(response.headers.get("vary"), "Origin, Accept-Encoding");
  strictEqual(response.headers.get("content-encoding"), "gzip");
  const text = response.body?.pipeThrough(new DecompressionStream("gzip"));
  strictEqual(await new Response(text).text(), body);
});

for (const status of [202, 204]) {
  Deno.test(`respond(): ${status} without a body has none, and is not compressed`, () => {
    const response = respond({ status, body: null }, { asked, extra: {} });
    deepStrictEqual([response.status, response.body], [status, null]);
    strictEqual(response.headers.has("content-encoding"), false);
  });
}
