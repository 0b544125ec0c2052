import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
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
  ["another prototype", () => Object.setPrototypeOf(capabilities, {})],
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
    ["a template string", `${capabilities}`],
    ["own values", inspect(Object.values(capabilities))],
    ["a copy of its members", inspect({ ...capabilities }, { showHidden: true, depth: 9 })],
    ["what is behind it", inspect(capabilities, { showProxy: true, showHidden: true })],
  ] as const
) {
  Deno.test(`capabilities show nothing by ${way}`, () => {
    ok(!shown.includes(SECRET), shown);
  });
}

Deno.test("capabilities have no members of their own, and a copy of them can do nothing", () => {
  deepStrictEqual(Object.keys(capabilities), []);
  deepStrictEqual(Reflect.ownKeys(capabilities), []);
  deepStrictEqual(Object.entries({ ...capabilities }), []);
  for (const name in capabilities) ok(!Object.hasOwn(capabilities, name));
  strictEqual(Object.isFrozen(capabilities), true);
  throws(() => Capabilities.prototype.get.call(Object.create(capabilities), "api"), TypeError);
});

Deno.test("a secret is lent to what uses it, and only that which is granted", async () => {
  strictEqual(await capabilities.use("api", (secret) => Promise.resolve(secret)), SECRET);
  await rejects(capabilities.use("other", () => Promise.resolve()), {
    name: "TypeError",
    message: 'Cannot use "other": it is not granted',
  });
});

Deno.test("capabilities are built up and narrowed without changing", async () => {
  const all = Capabilities.none.withApiKey("a", "1").withHttpToken("b", "2")
    .withSigner("c", (bytes) => Promise.resolve(bytes.toReversed()));
  deepStrictEqual(Capabilities.none.names(), []);
  deepStrictEqual(all.names(), ["a", "b", "c"]);
  deepStrictEqual(await all.sign("c", Uint8Array.of(1, 2)), Uint8Array.of(2, 1));
  const some = all.narrow(["b", "c", "d"]);
  deepStrictEqual(some.names(), ["b", "c"]);
  deepStrictEqual([some.has("a"), some.has("b"), some.has("c")], [false, true, true]);
  await rejects(all.sign("a", Uint8Array.of()), TypeError);
  deepStrictEqual(new Capabilities({}).inheriting(all, ["c"]).names(), ["c"]);
});

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
