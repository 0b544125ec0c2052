import { strictEqual } from "node:assert/strict";
import { decodeHeaderText } from "./header_text.ts";

const TEXTS = [
  ["fs/read", "fs/read"],
  ["=?base64?SGVsbG8=?=", "Hello"],
  ["=?base64?w7w=?=", "ü"],
  ["=?base64??=", ""],
  ["=?base64?SGVsbG8=", "=?base64?SGVsbG8="],
  ["SGVsbG8=?=", "SGVsbG8=?="],
  ["=?base64?SGVsbG8?=", undefined],
  ["=?base64?SGVs!!!bG8=?=", undefined],
  ["=?base64?/w==?=", undefined],
] as const;

for (const [value, text] of TEXTS) {
  Deno.test(`decodeHeaderText() reads ${value} as ${text}`, () => {
    strictEqual(decodeHeaderText(value), text);
  });
}
