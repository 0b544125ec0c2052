import { deepStrictEqual, rejects } from "node:assert/strict";
import { parseEvent } from "./actor_event.ts";
import type { TextSources } from "./typed_input.ts";

const sources: TextSources = {
  readFile: (path) => Promise.resolve(`{"type":"FROM","path":"${path}"}`),
  readInput: () => Promise.resolve('{"type":"TYPED"}'),
};

const rows: readonly [string[], unknown][] = [
  [["RESET"], { type: "RESET" }],
  [["ADD", "n=2"], { type: "ADD", n: 2 }],
  [["ADD", "n=-2.5", "by=me", "really=true"], { type: "ADD", n: -2.5, by: "me", really: true }],
  [["SAY", "text=a=b"], { type: "SAY", text: "a=b" }],
  [["SAY", 'text="2"'], { type: "SAY", text: "2" }],
  [["SAY", "text="], { type: "SAY", text: "" }],
  [["SET", 'to={"a":[1]}'], { type: "SET", to: { a: [1] } }],
  [["SAY", "type=OTHER"], { type: "SAY" }],
  [['{"type":"ADD","n":2}'], { type: "ADD", n: 2 }],
  [["@dir/event.json"], { type: "FROM", path: "dir/event.json" }],
  [["-"], { type: "TYPED" }],
];
for (const [words, event] of rows) {
  Deno.test(`the event ${words.join(" ")} is understood`, async () => {
    deepStrictEqual(await parseEvent(words, sources), event);
  });
}

const bad: readonly [string[], RegExp][] = [
  [["ADD", "2"], /Cannot read "2": expected a field like n=2/],
  [["ADD", "=2"], /expected a field like n=2/],
  [["{"], /Cannot read the event: it is not JSON/],
  [['{"type":"A"}', "n=2"], /nothing may follow/],
  [["-", "n=2"], /nothing may follow -/],
];
for (const [words, message] of bad) {
  Deno.test(`the event ${words.join(" ")} is refused`, async () => {
    await rejects(parseEvent(words, sources), message);
  });
}
