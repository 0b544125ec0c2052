import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";

/** Any at all; the library's own way to say so looks at a million of them first. */
const CHARACTER = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));
const Key = Type.Tuple([Type.Integer(), Type.String()]);

Deno.test("a cursor is read back as it was made", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.string({ unit: "grapheme" }), (at, id) => {
    deepStrictEqual(decodeCursor(Key, encodeCursor([at, id])), [at, id]);
  }));
});

Deno.test("decodeCursor() takes any text, and refuses all but cursors", () => {
  fc.assert(fc.property(fc.string({ unit: CHARACTER, maxLength: 60 }), (text) => {
    throws(() => decodeCursor(Key, text), { code: "VALIDATION_ERROR" });
  }));
  throws(() => decodeCursor(Key, encodeCursor(["1", "a"])), { code: "VALIDATION_ERROR" });
});

Deno.test("pageOf() says where the next page begins, if there is one", () => {
  const request = { limit: 2 }, keyOf = (row: number) => [row];
  deepStrictEqual(pageOf([1, 2], request, keyOf), { items: [1, 2] });
  const { items, next } = pageOf([1, 2, 3], request, keyOf);
  deepStrictEqual(items, [1, 2]);
  strictEqual(next, encodeCursor([2]));
});
