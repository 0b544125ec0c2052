import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Cancel, onAbort } from "./cancellation.ts";

Deno.test("Cancel tells each listener once, and none that has stopped listening", () => {
  const cancel = new Cancel();
  const heard: string[] = [];
  const listen = (name: string) => cancel.onAbort(() => void heard.push(name));
  listen("a");
  const stopB = listen("b");
  const stopC = listen("c");
  listen("d");
  stopB();
  stopC();
  stopC();
  strictEqual(cancel.aborted, false);
  cancel.abort();
  cancel.abort();
  strictEqual(cancel.aborted, true);
  deepStrictEqual(heard, ["a", "d"]);
});

Deno.test("Cancel has room for another listener where the first has stopped", () => {
  const cancel = new Cancel();
  const heard: string[] = [];
  const stop = cancel.onAbort(() => void heard.push("a"));
  stop();
  cancel.onAbort(() => void heard.push("b"));
  stop();
  cancel.abort();
  deepStrictEqual(heard, ["b"]);
});

Deno.test("Cancel tells nobody who comes too late", () => {
  const cancel = new Cancel();
  cancel.abort();
  cancel.onAbort(() => {
    throw new Error("told");
  })();
});

Deno.test("onAbort() listens to signals as well, until it is stopped", () => {
  const heard: string[] = [];
  const [kept, left] = [new AbortController(), new AbortController()];
  onAbort(kept.signal, () => void heard.push("kept"));
  onAbort(left.signal, () => void heard.push("left"))();
  kept.abort();
  left.abort();
  deepStrictEqual(heard, ["kept"]);
});
