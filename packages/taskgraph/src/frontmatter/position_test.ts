import { deepStrictEqual } from "node:assert/strict";
import { positionAt } from "./position.ts";

const POSITIONS = [
  ["", 0, 1, 1],
  ["ab\ncd", 1, 1, 2],
  ["ab\ncd", 2, 1, 3],
  ["ab\ncd", 3, 2, 1],
  ["ab\ncd", 5, 2, 3],
  ["\r\n\r\nx", 4, 3, 1],
] as const;

for (const [text, offset, line, column] of POSITIONS) {
  Deno.test(`positionAt() of ${offset} in ${JSON.stringify(text)} is ${line}:${column}`, () => {
    deepStrictEqual(positionAt(text, offset), { line, column });
  });
}
