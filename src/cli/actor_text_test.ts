import { deepStrictEqual, doesNotMatch, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  changeLines,
  fieldsText,
  jsonLine,
  longJson,
  safeText,
  shortJson,
  stateText,
  transitionText,
} from "./actor_text.ts";

const RULES = /[\p{Cc}\p{Bidi_Control}]/u;

Deno.test("nothing that an actor holds can rule the terminal", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, (text) => {
    const printed = [
      safeText(text),
      shortJson({ [text]: text }),
      jsonLine({ [text]: text }),
      stateText({ [text]: text }),
      fieldsText({ type: "A", [text]: text }),
      ...changeLines([{ path: text, before: text, after: { [text]: text } }]),
      ...longJson({ [text]: text }).split("\n"),
    ];
    for (const line of printed) doesNotMatch(line, RULES);
  }));
  strictEqual(safeText("a\u001b[2Jb\u202e"), "a\\u001b[2Jb\\u202e");
  strictEqual(jsonLine("\u009b2J\u202e\u2028"), '"\\u009b2J\\u202e\\u2028"');
});

Deno.test("a line for programs is the value that it stands for", () => {
  const value = fc.jsonValue({ stringUnit: "binary" });
  fc.assert(fc.property(value, (value) => {
    strictEqual(JSON.stringify(JSON.parse(jsonLine(value))), JSON.stringify(value));
  }));
});

const states: readonly [unknown, string][] = [
  ["open", "open"],
  [{ paying: "waiting" }, "paying.waiting"],
  [{ a: { b: "c" } }, "a.b.c"],
  [{ a: "x", b: "y" }, '{"a":"x","b":"y"}'],
  [{}, "-"],
];
for (const [value, text] of states) {
  Deno.test(`the state ${JSON.stringify(value)} is written ${text}`, () => {
    strictEqual(stateText(value), text);
  });
}

Deno.test("both states are shown where they differ", () => {
  strictEqual(transitionText("open", { paying: "a" }), "open → paying.a");
  strictEqual(transitionText("open", "open"), "open");
  strictEqual(transitionText(undefined, "open"), "→ open");
});

Deno.test("changes are shown by what they are, without colours where there is no terminal", () => {
  deepStrictEqual(
    changeLines([
      { path: "/a", before: 1, after: 2 },
      { path: "/b", after: [] },
      { path: "/c", before: "x" },
      { path: "", before: {}, after: null },
    ]),
    ["~ /a  1 → 2", "+ /b  []", '- /c  "x"', "~ context  {} → null"],
  );
});

Deno.test("a value that is long is cut", () => {
  strictEqual(shortJson("x".repeat(1000)).length, 201);
});
