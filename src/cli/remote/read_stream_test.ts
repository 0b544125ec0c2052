import { deepStrictEqual } from "node:assert/strict";
import { readStream, type StreamEvent } from "./read_stream.ts";

/** What comes of a body that is sent in these pieces, and then ends unless it goes on. */
async function eventsOf(pieces: readonly string[], goesOn = false): Promise<StreamEvent[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      if (!goesOn) controller.close();
    },
  });
  return await Array.fromAsync(readStream(body, { silenceMs: 20 }));
}

const CUT: StreamEvent = { is: "cut off" };
const ROWS: readonly [string, string[], StreamEvent[]][] = [
  ["values with their places, to the end", [
    'id: 1.0\ndata: {"n":1}\n\n',
    "data: 2\n\nevent: completed\ndata: {}\n\n",
  ], [
    { is: "value", value: { n: 1 }, id: "1.0" },
    { is: "value", value: 2 },
    { is: "completed" },
  ]],
  ["a value that comes in pieces", ["da", 'ta: "a', 'b"\n', "\n"], [
    { is: "value", value: "ab" },
    CUT,
  ]],
  ["heartbeats as nothing", [":\n\n", ":\n\n"], [CUT]],
  ["a failure, after which nothing counts", [
    'event: error\ndata: {"code":"A"}\n\ndata: 1\n\n',
  ], [{ is: "error", error: { code: "A" } }]],
  ["what is no JSON as unreadable, after which nothing counts", [
    "data: {oops\n\ndata: 1\n\n",
  ], [{ is: "unreadable" }]],
  ["an end in the middle of a value", ["data: 1"], [CUT]],
];
for (const [what, pieces, events] of ROWS) {
  Deno.test(`readStream() gives ${what}`, async () => {
    deepStrictEqual(await eventsOf(pieces), events);
  });
}

Deno.test("readStream() gives a connection up that says nothing any more", async () => {
  deepStrictEqual(await eventsOf(["data: 1\n\n"], true), [{ is: "value", value: 1 }, CUT]);
});
