import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { asOneWord, joinedWordsOf, wordsOf } from "./words.ts";

for (
  const [text, words] of [
    ["readFile", ["read", "file"]],
    ["HTTPServerError", ["http", "server", "error"]],
    ["list-peers_all.v2", ["list", "peer", "all", "v2"]],
    ["sha256Sum", ["sha256", "sum"]],
    ["Access is status", ["access", "is", "statu"]],
    ["Größe, naïve", ["große", "naive"]],
    ["", []],
    ["-- !", []],
    ["x".repeat(40), ["x".repeat(32)]],
  ] as const
) {
  Deno.test(`wordsOf(${JSON.stringify(text.slice(0, 30))}) gives [${words.join(", ").slice(0, 30)}]`, () => {
    deepStrictEqual(wordsOf(text), words.map((word) => word.normalize("NFC")));
  });
}

Deno.test("names are words as a whole, too", () => {
  deepStrictEqual(joinedWordsOf("readFile now"), ["readfile", "now"]);
  strictEqual(asOneWord("list-peers"), "listpeer");
});
