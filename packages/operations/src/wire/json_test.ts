import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  exceedsUtf8,
  hasForbiddenKey,
  isJsonObject,
  own,
  parseJson,
  truncateUtf8,
} from "./json.ts";

const encoder = new TextEncoder();
// Any code units, halves of pairs as well.
const text = fc.array(
  fc.constantFrom("a", "ä", "€", "😀", "\ud83d", "\ude00", "\ud800", "\uffff"),
  { maxLength: 40 },
).map((parts) => parts.join(""));

Deno.test("exceedsUtf8() counts what an encoder would write", () => {
  fc.assert(
    fc.property(text, fc.nat(200), (value, limit) => {
      strictEqual(exceedsUtf8(value, limit), encoder.encode(value).length > limit);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("truncateUtf8() gives the longest beginning that fits, and cuts no character", () => {
  const whole = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(
    fc.property(whole, fc.nat(60), (value, limit) => {
      const cut = truncateUtf8(value, limit);
      strictEqual(value.startsWith(cut), true);
      strictEqual(encoder.encode(cut).length <= limit, true);
      const [next] = value.slice(cut.length);
      strictEqual(next === undefined || encoder.encode(cut + next).length > limit, true);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("hasForbiddenKey() looks everywhere but under opaque keys of the outermost object", () => {
  const opaque = new Set(["input"]);
  const rows: readonly [string, boolean][] = [
    ["{}", false],
    ['{"a":{"b":[{"c":1}]}}', false],
    ['{"__proto__":1}', true],
    ['{"a":[[{"constructor":1}]]}', true],
    ['{"input":{"prototype":1}}', false],
    ['{"a":{"input":{"prototype":1}}}', true],
    ['"__proto__"', false],
    ['["constructor"]', false],
  ];
  for (const [json, expected] of rows) {
    strictEqual(hasForbiddenKey(JSON.parse(json), opaque), expected, json);
  }
});

Deno.test("only own properties of plain objects count", () => {
  strictEqual(own({}, "toString"), undefined);
  strictEqual(own({ a: 1 }, "a"), 1);
  deepStrictEqual([{}, [], null, "x"].map(isJsonObject), [true, false, false, false]);
  strictEqual(parseJson("{"), undefined);
  strictEqual(parseJson("null"), null);
});
