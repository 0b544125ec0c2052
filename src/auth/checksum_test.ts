import { strictEqual } from "node:assert/strict";
import { checksumOf } from "./checksum.ts";

Deno.test("checksumOf() is the CRC-32 that everybody computes, in base 62", () => {
  // 0xcbf43926, the published check value, is 3421780262.
  strictEqual(checksumOf("123456789"), base62(0xcbf43926));
  strictEqual(checksumOf(""), "000000");
});

Deno.test("checksumOf() differs when one character does", () => {
  strictEqual(new Set(["a", "b", "ab", "ba"].map(checksumOf)).size, 4);
});

function base62(value: number): string {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let text = "";
  for (let rest = value; text.length < 6; rest = Math.floor(rest / 62)) {
    text = digits.charAt(rest % 62) + text;
  }
  return text;
}
