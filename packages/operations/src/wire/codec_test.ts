import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { CallEvent } from "../call_events.ts";
import { httpEnvelope, localEnvelope } from "../response-envelope.ts";
import { fromWireEvent, toWireEvent } from "./codec.ts";
import type { WireEvent } from "./events.ts";
import { parseFrame } from "./parse_frame.ts";
import { writeFrame } from "./write_frame.ts";

const KNOWN = { operationId: "fs.read", declared: ["GONE"] };

/** To text and back, as a transport does it. */
function travel(event: WireEvent): WireEvent {
  const parsed = parseFrame(writeFrame(event));
  ok(parsed.kind === "event", JSON.stringify(parsed));
  return parsed.event;
}

// call-protocol.md §19.4
const rows: readonly [string, CallEvent, unknown][] = [
  [
    "a request leaves identity, parent and deadline at home",
    {
      type: "call.requested",
      payload: {
        requestId: "1",
        operationId: "fs.read.file",
        input: { a: 1 },
        parentRequestId: "p",
        deadline: 5,
        idleTimeout: 6,
        identity: { id: "ann", scopes: ["s"] },
        metadata: { m: 1 },
      },
    },
    { type: "call.requested", id: "1", payload: { operationId: "/fs/read.file", input: { a: 1 } } },
  ],
  [
    "a response is the bare value, without where it came from",
    {
      type: "call.responded",
      payload: {
        requestId: "1",
        output: httpEnvelope(5, {
          statusCode: 200,
          headers: { "set-cookie": "s" },
          contentType: "",
        }),
      },
    },
    { type: "call.responded", id: "1", payload: { output: 5 } },
  ],
  [
    "nothing is null",
    {
      type: "call.responded",
      payload: { requestId: "1", output: localEnvelope(undefined, "a.b") },
    },
    { type: "call.responded", id: "1", payload: { output: null } },
  ],
  [
    "an end is empty",
    { type: "call.completed", payload: { requestId: "1" } },
    { type: "call.completed", id: "1", payload: {} },
  ],
  [
    "an error has the code of the wire",
    { type: "call.error", payload: { requestId: "1", code: "ACCESS_DENIED", message: "no" } },
    {
      type: "call.error",
      id: "1",
      payload: { code: "FORBIDDEN", message: "no", retryable: false },
    },
  ],
  [
    "an abort is an event, never an error",
    { type: "call.error", payload: { requestId: "1", code: "ABORTED", message: "x" } },
    { type: "call.aborted", id: "1", payload: {} },
  ],
];
for (const [name, event, expected] of rows) {
  Deno.test(`on the wire ${name}`, () => {
    deepStrictEqual(JSON.parse(writeFrame(toWireEvent(event))), expected);
  });
}

Deno.test("an operation that has no wire id cannot be sent", () => {
  const payload = { requestId: "1", operationId: "nodot", input: {} };
  throws(() => toWireEvent({ type: "call.requested", payload }), RangeError);
});

Deno.test("what a peer writes about identity never gets into an event", () => {
  const text = JSON.stringify({
    type: "call.requested",
    id: "1",
    payload: {
      operationId: "/fs/read",
      input: {},
      identity: { id: "root", scopes: ["admin"] },
      trusted: true,
      forwarded_for: { id: "root", scopes: ["admin"] },
      auth_token: "t",
    },
  });
  const parsed = parseFrame(text);
  ok(parsed.kind === "event");
  deepStrictEqual(fromWireEvent(parsed.event, KNOWN), {
    type: "call.requested",
    payload: { requestId: "1", operationId: "fs.read", input: {} },
  });
});

const id = fc.stringMatching(/^[ -~]{1,128}$/);
const json = fc.jsonValue();
const libraryEvents: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.record({ requestId: id, input: json }).map(({ requestId, input }): CallEvent => ({
    type: "call.requested",
    payload: { requestId, operationId: "fs.read", input },
  })),
  fc.record({ requestId: id, data: json }).map(({ requestId, data }): CallEvent => ({
    type: "call.responded",
    payload: { requestId, output: localEnvelope(data, "fs.read") },
  })),
  id.map((requestId): CallEvent => ({ type: "call.completed", payload: { requestId } })),
  id.map((requestId): CallEvent => ({ type: "call.aborted", payload: { requestId } })),
  fc.record({
    requestId: id,
    message: fc.string({ maxLength: 100 }),
    details: json.filter((value) => value !== null),
  }).map(
    ({ requestId, message, details }): CallEvent => ({
      type: "call.error",
      payload: { requestId, code: "GONE", message, details },
    }),
  ),
);

/** An event without the one thing that is stamped anew. */
function comparable(event: CallEvent): unknown {
  return JSON.parse(JSON.stringify(event, (key, value) => key === "timestamp" ? 0 : value));
}

Deno.test("library events survive the way over the wire", () => {
  fc.assert(
    fc.property(libraryEvents, (event) => {
      const arrived = fromWireEvent(travel(toWireEvent(event)), KNOWN);
      deepStrictEqual(comparable(arrived), comparable(event));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("wire events survive writing and reading", () => {
  const identity = fc.record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    scopes: fc.array(fc.string({ maxLength: 10 }), { maxLength: 5 }),
    resources: fc.dictionary(fc.constantFrom("box", "door"), fc.array(fc.constant("open"))),
  });
  const request = fc.record({
    operation: fc.constantFrom("fs/read", "a/b/c"),
    input: json,
    authToken: fc.string({ minLength: 1, maxLength: 50 }),
    forwardedFor: identity,
    timeoutMs: fc.integer({ min: 1 }),
  }, { requiredKeys: ["operation", "input"] });
  fc.assert(
    fc.property(id, request, (requestId, payload) => {
      const event: WireEvent = { type: "call.requested", id: requestId, payload };
      deepStrictEqual(JSON.parse(JSON.stringify(travel(event))), JSON.parse(JSON.stringify(event)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a parsed frame is in the order in which it is written", () => {
  const text = writeFrame({ type: "call.aborted", id: "1" });
  strictEqual(text, '{"type":"call.aborted","id":"1","payload":{}}');
});
