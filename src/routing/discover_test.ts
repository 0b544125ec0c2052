import { deepStrictEqual, rejects } from "node:assert/strict";
import { discover } from "./discover.ts";

const spec = (name: string) => ({ name, visibility: "external", input_schema: {} });

/** A node that answers `/services/list` so. */
const answering = (listed: unknown) => ({ call: () => Promise.resolve(listed) });

Deno.test("discover() reads five hundred operations", async () => {
  const operations = Array.from({ length: 500 }, (_, i) => spec(`test/op${i}`));
  deepStrictEqual(await discover(answering({ operations })), operations);
});

for (
  const [what, listed] of [
    ["no list", {}],
    ["more than five hundred", { operations: new Array(501).fill(spec("test/op")) }],
    // Part of them would look like all of them.
    ["one page of several", { operations: [spec("test/op")], next_cursor: "more" }],
  ] as const
) {
  Deno.test(`discover() refuses ${what}`, async () => {
    await rejects(discover(answering(listed)), { name: "ImportError", code: "DiscoveryFailed" });
  });
}
