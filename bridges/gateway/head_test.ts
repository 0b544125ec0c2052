import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { Head } from "./head.ts";

Deno.test("Head knows each header by its name in lower case, whatever it was sent as", () => {
  const head = new Head(
    new Headers([["Content-Type", "text/plain"], ["X-A", "1"], ["x-a", "2"], ["x-empty", ""]]),
  );
  const names = ["content-type", "x-a", "x-empty", "x-none", "text/plain"];
  deepStrictEqual(names.map((name) => head.get(name)), ["text/plain", "1, 2", "", null, null]);
  deepStrictEqual(names.map((name) => head.has(name)), [true, true, true, false, false]);
});

Deno.test("Head.check() counts names and values as they are sent, with what stands between", () => {
  const head = new Head(new Headers({ "x-name": "value" })), sent = "x-name: value\r\n".length;
  doesNotThrow(() => head.check(sent));
  throws(() => head.check(sent - 1), { name: "Refusal", status: 431 });
  strictEqual(head.get("x-name"), "value");
});
