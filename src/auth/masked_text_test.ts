import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MaskedText } from "./masked_text.ts";

Deno.test("a masked text equals itself and nothing else", () => {
  const text = fc.string({ minLength: 1, maxLength: 4 });
  fc.assert(fc.property(text, text, (a, b) => {
    strictEqual(new MaskedText(a).equals(b), a === b);
    strictEqual(new MaskedText(a).equals(`${a}`), true);
  }));
});

Deno.test("a masked text does not equal what is like it in the low bits only", () => {
  strictEqual(new MaskedText("a").equals(String.fromCharCode(0x100 + "a".charCodeAt(0))), false);
});

Deno.test("a masked text shows nothing of itself", () => {
  const masked = new MaskedText("hunter2");
  strictEqual(Deno.inspect(masked, { showHidden: true, depth: 9 }).includes("hunter2"), false);
  strictEqual(JSON.stringify(masked), "{}");
  deepStrictEqual(Object.keys(masked), []);
});
