import { strictEqual } from "node:assert/strict";
import { keepLinks } from "./pages.ts";

const links: readonly [string, string][] = [
  ["[docs/a.md](../../docs/a.md)", "[the guide](GUIDE.md)"],
  ["[decision 7](decisions/0007-x.md)", "decision 7"],
  ["[site](https://a.example/b)", "[site](https://a.example/b)"],
  ["[below](#below)", "[below](#below)"],
];
for (const [text, expected] of links) {
  Deno.test(`in a package, ${text} is ${expected}`, () => {
    strictEqual(keepLinks(text, ["a.md"]), expected);
  });
}
