import { deepStrictEqual } from "node:assert/strict";
import { until } from "../tests/until.ts";
import { createMessageReader } from "./_message-reader.ts";

function openReader(maxBytes = 1000) {
  const calls: string[] = [];
  const read = createMessageReader(maxBytes, {
    event: ({ type }) => calls.push(type),
    control: ({ type }) => calls.push(type),
    garbage: (error) => calls.push(String(error)),
    tooLarge: (error) => calls.push(String(error)),
  });
  return { calls, read };
}

const message = (type: string) => JSON.stringify({ type, id: "", payload: null });

Deno.test("events and control messages are told apart", () => {
  const { calls, read } = openReader();
  read(message("alpha"));
  read(message("__subscribe"));
  deepStrictEqual(calls, ["alpha", "__subscribe"]);
});

Deno.test("what is no message is garbage", () => {
  const { calls, read } = openReader();
  read(5);
  deepStrictEqual(calls, ["TypeError: Cannot read a number as a message"]);
});

Deno.test("a Blob that is too large is not even read", () => {
  const { calls, read } = openReader(10);
  read(new Blob(["x".repeat(11)]));
  deepStrictEqual(calls, ["RangeError: Cannot take a message of more than 10 bytes"]);
});

Deno.test("no more than 1,024 messages wait for a Blob", async () => {
  const { calls, read } = openReader();
  read(new Blob([message("blob")]));
  for (let n = 0; n < 1024; n++) read(message("waiting"));
  deepStrictEqual(calls, ["RangeError: Cannot keep more than 1024 messages"]);
  await until(() => calls.length === 1025, "all messages");
  deepStrictEqual(calls.slice(0, 3), [calls[0], "blob", "waiting"]);
  read(message("later"));
  deepStrictEqual(calls.at(-1), "later");
});

Deno.test("a Blob that cannot be read is garbage, and what follows is read", async () => {
  const { calls, read } = openReader();
  const blob = new Blob([message("blob")]);
  blob.arrayBuffer = () => Promise.reject(new Error("gone"));
  read(blob);
  read(message("next"));
  await until(() => calls.length === 2, "both");
  deepStrictEqual(calls, ["Error: gone", "next"]);
});
