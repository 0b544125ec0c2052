import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { Capabilities } from "./capabilities.ts";

const SECRET = "hunter2";
const capabilities = new Capabilities({ api: SECRET });

// call-protocol.md §11: no way out but asking by name.
const ways: readonly [string, () => unknown][] = [
  ["JSON", () => JSON.stringify({ context: { capabilities } })],
  ["structured clone", () => structuredClone(capabilities)],
  ["structured clone of what holds it", () => structuredClone({ capabilities })],
  ["assignment", () => Object.assign(capabilities, { get: () => "other" })],
];
for (const [way, go] of ways) {
  Deno.test(`capabilities refuse ${way}`, () => {
    throws(go, (error) => error instanceof Error && !error.message.includes(SECRET));
  });
}

for (
  const [way, shown] of [
    ["inspecting", inspect({ capabilities }, { depth: 9, showHidden: true })],
    ["text", String(capabilities)],
    ["own values", inspect(Object.values(capabilities))],
  ] as const
) {
  Deno.test(`capabilities show nothing by ${way}`, () => {
    ok(!shown.includes(SECRET), shown);
  });
}

Deno.test("a secret is found by its own name only", () => {
  strictEqual(capabilities.get("api"), SECRET);
  strictEqual(capabilities.get("other"), undefined);
  strictEqual(capabilities.get("__proto__"), undefined);
  deepStrictEqual(capabilities.names(), ["api"]);
  deepStrictEqual(Capabilities.none.names(), []);
});

Deno.test("inheriting takes what is named and keeps what is there", () => {
  const parent = new Capabilities({ api: "parent's", shared: "s", private: "p" });
  const child = capabilities.inheriting(parent, ["api", "shared", "missing"]);
  deepStrictEqual(child.names().sort(), ["api", "shared"]);
  strictEqual(child.get("api"), SECRET);
  strictEqual(capabilities.inheriting(parent, []), capabilities);
});
