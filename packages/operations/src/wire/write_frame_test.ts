import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseFrame } from "./parse_frame.ts";
import { writeFrame } from "./write_frame.ts";

for (const output of [undefined, null, () => 1, "a", { deep: [1] }, { toJSON: () => 7 }]) {
  Deno.test(`an answer has an output, though it was ${String(output)}`, () => {
    const frame = writeFrame({ type: "call.responded", id: "1", payload: { output } });
    const written = JSON.parse(JSON.stringify([output]))[0];
    deepStrictEqual(JSON.parse(frame), {
      ...{ type: "call.responded", id: "1", payload: { output: written } },
    });
  });
}

Deno.test("an id is written as it is, whatever it holds", () => {
  const id = String.raw`"},\"{`;
  const event = { type: "call.responded", id, payload: { output: 1 } } as const;
  const frame = writeFrame(event);
  deepStrictEqual(parseFrame(frame), { kind: "event", event, bytes: frame.length });
});

Deno.test("of a request only what it says is written", () => {
  const payload = { operation: "a/b", input: 1, authToken: null, credit: undefined };
  strictEqual(
    writeFrame({ type: "call.requested", id: "1", payload }),
    '{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","input":1}}',
  );
});
