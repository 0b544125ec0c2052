import { deepStrictEqual, rejects } from "node:assert/strict";
import { parseInput } from "./call_input.ts";
import type { TextSources } from "./typed_input.ts";

const sources: TextSources = {
  readFile: (path) => Promise.resolve(JSON.stringify({ from: path })),
  readInput: () => Promise.resolve("[1]"),
};

const ROWS: readonly [string[], unknown][] = [
  [[], {}],
  [["a=1"], { a: 1 }],
  [["a=1", "b=two words", "c="], { a: 1, b: "two words", c: "" }],
  [["text=a=b"], { text: "a=b" }],
  [['to={"a":[1]}'], { to: { a: [1] } }],
  [['{"a":"b=c"}'], { a: "b=c" }],
  [["[1,2]"], [1, 2]],
  [['"a=b"'], "a=b"],
  [["7"], 7],
  [["null"], null],
  [["@dir/in.json"], { from: "dir/in.json" }],
  [["-"], [1]],
];
for (const [words, input] of ROWS) {
  Deno.test(`the input ${JSON.stringify(words)} is understood`, async () => {
    deepStrictEqual(await parseInput(words, sources), input);
  });
}

const BAD: readonly [string[], RegExp][] = [
  [["notes.txt"], /Cannot read the input: it is not JSON/],
  [["a=1", "b"], /Cannot read "b": expected a field like n=2/],
  [["{", "}"], /Cannot read "\{": expected a field/],
  [["-", "a=1"], /nothing may follow -/],
  [["@a.json", "a=1"], /nothing may follow @a\.json/],
];
for (const [words, why] of BAD) {
  Deno.test(`the input ${JSON.stringify(words)} is refused`, async () => {
    await rejects(parseInput(words, sources), why);
  });
}
