import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { equalTexts } from "./equal_texts.ts";

Deno.test("equalTexts() agrees with ===", () => {
  const text = fc.string({ unit: "binary", maxLength: 4 });
  fc.assert(fc.property(text, text, (a, b) => strictEqual(equalTexts(a, b), a === b)));
  fc.assert(fc.property(text, (a) => strictEqual(equalTexts(a, `${a}`), true)));
});

Deno.test("equalTexts() sees a difference at each place", () => {
  const text = "0123456789abcdef";
  for (let at = 0; at < text.length; at++) {
    strictEqual(equalTexts(text, `${text.slice(0, at)}x${text.slice(at + 1)}`), false);
  }
});
