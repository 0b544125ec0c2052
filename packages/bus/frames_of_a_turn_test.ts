import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { FramesOfATurn } from "./frames_of_a_turn.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** What was sent, call by call. */
function seen() {
  const sent: string[] = [];
  const frames = new FramesOfATurn((frame) => void sent.push(decoder.decode(frame)));
  return { sent, frames, add: (text: string) => frames.add(encoder.encode(text)) };
}

Deno.test("a lone frame is sent at once, in this turn and in a later one", async () => {
  const { sent, add } = seen();
  add("a");
  deepStrictEqual(sent, ["a"]);
  await turn();
  add("b");
  deepStrictEqual(sent, ["a", "b"]);
  await turn();
  deepStrictEqual(sent, ["a", "b"]);
});

Deno.test("frames of one turn are sent as one, and those of the turns after it, in their order", async () => {
  const { sent, add } = seen();
  for (const text of ["a", "b", "c"]) add(text);
  await Promise.resolve();
  add("d");
  await turn();
  deepStrictEqual(sent, ["a", "bcd"]);
  for (const text of ["e", "f"]) add(text);
  await turn();
  deepStrictEqual(sent, ["a", "bcd", "ef"]);
  await turn();
  add("g");
  deepStrictEqual(sent, ["a", "bcd", "ef", "g"]);
  await turn();
});

Deno.test("much is not kept until the end of a turn", async () => {
  const { sent, add } = seen();
  add("a");
  add("b".repeat(64 * 1024 - 1));
  strictEqual(sent.length, 1);
  add("c");
  deepStrictEqual(sent.map(({ length }) => length), [1, 64 * 1024]);
  await turn();
});

Deno.test("what waits is sent when it is asked for, and not again", async () => {
  const { sent, add, frames } = seen();
  add("a");
  add("b");
  frames.flush();
  frames.flush();
  deepStrictEqual(sent, ["a", "b"]);
  await turn();
  deepStrictEqual(sent, ["a", "b"]);
});
