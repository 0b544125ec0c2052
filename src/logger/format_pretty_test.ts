import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { CleanRecord } from "./clean_record.ts";
import { createPrettyFormatter } from "./format_pretty.ts";
import { redact } from "./redact.ts";

const plain = createPrettyFormatter({ colors: false });

function record(more: Partial<CleanRecord> = {}): CleanRecord {
  const time = new Date(2030, 0, 2, 3, 4, 5, 6).getTime();
  return {
    time,
    level: "info",
    category: "bus.kv",
    message: "key written",
    properties: {},
    ...more,
  };
}

Deno.test("createPrettyFormatter() puts the event and its properties on one line", () => {
  const properties = {
    bucket: "b",
    text: "two words",
    n: 1,
    list: ["a"],
    none: undefined,
    no: null,
  };
  strictEqual(
    plain(record({ properties })),
    '03:04:05.006 INFO  bus.kv key written bucket=b text="two words" n=1 list=["a"] no=null\n',
  );
});

Deno.test("createPrettyFormatter() colours levels on request", () => {
  const line = createPrettyFormatter({ colors: true })(record({ level: "error" }));
  ok(line.includes("\x1b[31mERROR\x1b[0m"));
  ok(!plain(record({ level: "error" })).includes("\x1b"));
});

Deno.test("createPrettyFormatter() puts stacks and causes on lines of their own", () => {
  const error = new Error("outer", { cause: new TypeError("inner") });
  error.stack = "Error: outer\n    at a.ts:1:1";
  if (error.cause instanceof Error) error.cause.stack = "TypeError: inner\n    at b.ts:2:2";
  const properties = Object(redact({ error, n: 1 }));
  deepStrictEqual(plain(record({ level: "error", properties })).split("\n"), [
    "03:04:05.006 ERROR bus.kv key written error=outer n=1",
    "    Error: outer",
    "        at a.ts:1:1",
    "    caused by: TypeError: inner",
    "        at b.ts:2:2",
    "",
  ]);
});

Deno.test("createPrettyFormatter() shows an error's own properties in the line", () => {
  const error = Object.assign(new Error("no"), { code: "E1", stack: "Error: no" });
  match(
    plain(record({ properties: Object(redact({ error })) })),
    /error=\{"name":"Error","message":"no","code":"E1"\}/,
  );
});

Deno.test("createPrettyFormatter() lets nothing that is logged control the terminal", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", " ", "\x1b", "[2J", "[31m", "\n", "\r", "\x9b", "\x07"),
  });
  fc.assert(fc.property(text, text, text, (message, key, value) => {
    const line = plain(record({ message, category: value, properties: { [key]: value } }));
    // deno-lint-ignore no-control-regex -- they are what the rule is about
    ok(!/[\x00-\x1f\x7f-\x9f]/.test(line.slice(0, -1)), JSON.stringify(line));
  }));
});
