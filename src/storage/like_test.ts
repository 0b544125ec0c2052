import { strictEqual } from "node:assert/strict";
import { startingWith } from "./like.ts";

Deno.test("startingWith() takes the signs of patterns for what they are", () => {
  strictEqual(startingWith("a"), "a%");
  strictEqual(startingWith(String.raw`50%_\x`), String.raw`50\%\_\\x%`);
});
