import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Head } from "./head.ts";
import { createPatience } from "./patience.ts";
import { readJson } from "./read_json.ts";

/** A request that says so often how long its body of two bytes is. */
function unread(lengths: readonly string[]) {
  const headers = new Headers({ "content-type": "application/json" });
  for (const length of lengths) headers.append("content-length", length);
  const request = new Request("http://localhost/", { method: "POST", body: "{}" });
  return { request, head: new Head(headers) };
}

Deno.test("readJson() reads nothing of a body whose length is no number that it may have", async () => {
  using patience = createPatience(10_000);
  const limits = { maxBytes: 100, timeoutMs: 10_000, patience };
  for (const lengths of [[], ["2"]]) deepStrictEqual(await readJson(unread(lengths), limits), {});
  for (const lengths of [["101"], ["2", "2"], ["2x"]]) {
    const sent = unread(lengths);
    await rejects(readJson(sent, limits), { name: "Refusal", status: 413 });
    strictEqual(sent.request.bodyUsed, false);
  }
});
