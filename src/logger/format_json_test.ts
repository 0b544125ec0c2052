import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatJson } from "./format_json.ts";

Deno.test("formatJson() spells a record as one object on one line", () => {
  const line = formatJson({
    time: 0,
    level: "error",
    category: "bus.kv",
    message: "two\nlines",
    properties: { message: "mine", nested: { a: [1] }, missing: undefined },
  });
  strictEqual(line.indexOf("\n"), line.length - 1);
  deepStrictEqual(JSON.parse(line), {
    time: "1970-01-01T00:00:00.000Z",
    level: "error",
    category: "bus.kv",
    message: "two\nlines",
    properties: { message: "mine", nested: { a: [1] } },
  });
});
