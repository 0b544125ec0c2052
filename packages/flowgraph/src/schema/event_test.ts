import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Value } from "@sinclair/typebox/value";
import { CallEventMapValue, CallNodeAttrs, OperationNodeAttrs } from "./index.ts";
import { parseCallEvent } from "./event.ts";

const requestId = "r";

const READ: [what: string, event: unknown, type: string][] = [
  ["an envelope", { type: "call.completed", id: "", payload: { requestId } }, "call.completed"],
  ["a flat event", { type: "call.aborted", requestId }, "call.aborted"],
  ["a bare request", { requestId, operationId: "o", input: 1 }, "call.requested"],
  ["a bare response", { requestId, output: 1 }, "call.responded"],
  ["a bare error", { requestId, code: "X", message: "x" }, "call.error"],
  ["fields that are undefined", {
    requestId,
    operationId: "o",
    input: 1,
    deadline: undefined,
    identity: undefined,
  }, "call.requested"],
  [
    "fields that it does not know",
    { type: "call.completed", payload: { requestId, more: 1 } },
    "call.completed",
  ],
];

for (const [what, event, type] of READ) {
  Deno.test(`parseCallEvent() reads ${what}`, () => {
    const parsed = parseCallEvent(event);
    strictEqual(parsed.type, type);
    strictEqual(parsed.payload.requestId, requestId);
  });
}

Deno.test("parseCallEvent() keeps the time of the envelope", () => {
  const event = { type: "call.completed", timestamp: 5, payload: { requestId } };
  strictEqual(parseCallEvent(event).timestamp, 5);
});

const REFUSED: [what: string, event: unknown, text: RegExp][] = [
  ["a bare request id, which may be a completion or an abort", { requestId }, /call event r/],
  ["no object", null, /null is not an object/],
  ["an unknown type", { type: "call.paused", payload: { requestId } }, /call\.paused/],
  ["a type that every object has", { type: "toString", payload: { requestId } }, /toString/],
  ["no request id", { type: "call.completed", payload: {} }, /requestId/],
  ["an empty request id", { type: "call.completed", payload: { requestId: "" } }, /requestId/],
  ["no payload", { type: "call.completed", payload: 5 }, /call\.completed/],
  ["an error without message", { type: "call.error", requestId, code: "X" }, /message/],
  ["a time that is none", { type: "call.aborted", requestId, timestamp: 1e16 }, /timestamp is 1/],
  ["a mistyped parent", { requestId, operationId: "o", parentRequestId: 5 }, /parentRequestId/],
];

for (const [what, event, text] of REFUSED) {
  Deno.test(`parseCallEvent() refuses ${what}`, () => {
    throws(() => parseCallEvent(event), (thrown) => {
      strictEqual(thrown instanceof TypeError && text.test(thrown.message), true, String(thrown));
      return true;
    });
  });
}

Deno.test("schemas check what they are named for", () => {
  const call = { requestId, operationId: "o", status: "pending" };
  deepStrictEqual(
    [
      Value.Check(CallNodeAttrs, call),
      Value.Check(CallNodeAttrs, { ...call, status: "odd" }),
      Value.Check(CallEventMapValue, { type: "call.aborted", payload: { requestId } }),
      Value.Check(CallEventMapValue, { type: "call.error", payload: { requestId } }),
      Value.Check(OperationNodeAttrs, {
        name: "o",
        namespace: "n",
        type: "query",
        inputSchema: {},
        outputSchema: {},
      }),
    ],
    [true, false, true, false, true],
  );
});
