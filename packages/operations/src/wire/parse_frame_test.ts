import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { ParsedFrame } from "./events.ts";
import { DEFAULT_WIRE_LIMITS, wireLimits } from "./limits.ts";
import { parseFrame, parseIdentity } from "./parse_frame.ts";

const frame = (type: string, payload: unknown, rest: object = {}) =>
  JSON.stringify({ type, id: "1", payload, ...rest });
const request = (payload: object) => frame("call.requested", { operationId: "/a/b", ...payload });

function outcome(parsed: ParsedFrame): string {
  switch (parsed.kind) {
    case "violation":
      return `close ${parsed.closeCode}`;
    case "refused":
      return `${parsed.type} ${parsed.id} ${parsed.error.code}`;
    case "ignored":
      return "ignored";
    case "event":
      return `event ${parsed.event.type}`;
  }
}

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const big = (bytes: number) => `${"x".repeat(bytes)}`;
const { depth, members, items, frameBytes } = DEFAULT_WIRE_LIMITS;

/** A request whose input is a text in UTF-8 with a byte that has no place in it. */
function badly(input: string): Uint8Array {
  return new TextEncoder().encode(request({ input: `${input}?` }))
    .map((byte) => byte === 0x3f ? 0xff : byte);
}

// call-protocol.md §2, §16.1, §16.2
const rows: readonly [string, string | Uint8Array, string][] = [
  ["a request", request({}), "event call.requested"],
  ["a request as bytes", new TextEncoder().encode(request({ input: "ä" })), "event call.requested"],
  ["a response", frame("call.responded", { output: 1 }), "event call.responded"],
  ["a response without output", frame("call.responded", {}), "event call.responded"],
  ["completed", frame("call.completed", {}), "event call.completed"],
  ["aborted", frame("call.aborted", {}), "event call.aborted"],
  ["an error", frame("call.error", { code: "X", message: "" }), "event call.error"],
  ["an unknown type", frame("call.paused", {}), "ignored"],
  ["extra members", frame("call.completed", {}, { extra: { a: [1] } }), "event call.completed"],
  ["no JSON", "{", "close 1002"],
  ["nothing", "", "close 1002"],
  ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "close 1002"],
  ["no UTF-8 in the input", badly("a"), "close 1002"],
  ["no UTF-8 beside the mark of a replacement", badly("\ufffd"), "close 1002"],
  [
    "the mark of a replacement",
    new TextEncoder().encode(request({ input: "\ufffd" })),
    "event call.requested",
  ],
  ["a byte order mark", `\ufeff${request({})}`, "close 1002"],
  ["a list", "[]", "close 1002"],
  ["null", "null", "close 1002"],
  ["no type", JSON.stringify({ id: "1", payload: {} }), "close 1002"],
  ["a type that is a number", JSON.stringify({ type: 1, id: "1", payload: {} }), "close 1002"],
  ["no id", JSON.stringify({ type: "call.aborted", payload: {} }), "close 1002"],
  ["an empty id", frame("call.aborted", {}, { id: "" }), "close 1002"],
  ["an id of 128 bytes", frame("call.aborted", {}, { id: "i".repeat(128) }), "event call.aborted"],
  ["an id of 129 bytes", frame("call.aborted", {}, { id: "i".repeat(129) }), "close 1002"],
  ["an id past ASCII", frame("call.aborted", {}, { id: "ä" }), "close 1002"],
  ["an id with a line end", frame("call.aborted", {}, { id: "a\n" }), "close 1002"],
  ["an id with a NUL", frame("call.aborted", {}, { id: "\0" }), "close 1002"],
  ["no payload", JSON.stringify({ type: "call.aborted", id: "1" }), "close 1002"],
  ["a payload that is a list", frame("call.aborted", []), "close 1002"],
  ["no operation", frame("call.requested", {}), "call.requested 1 INVALID_INPUT"],
  ["an idempotency key", request({ idempotency_key: "k" }), "event call.requested"],
  ...[7, null, ["k"]].map((key): [string, string, string] => [
    `the idempotency key ${JSON.stringify(key)}`,
    request({ idempotency_key: key }),
    "call.requested 1 INVALID_INPUT",
  ]),
  ["an operation that is no name", request({ operationId: "/a//b" }), "call.requested 1 NOT_FOUND"],
  ["an error without code", frame("call.error", { message: "" }), "call.error 1 INVALID_INPUT"],
  [
    "the deepest input",
    `{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","input":${
      nested(depth - 2)
    }}}`,
    "event call.requested",
  ],
  [
    "an input one level deeper",
    `{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","input":${
      nested(depth - 1)
    }}}`,
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "an id behind what is too deep",
    `{"payload":{"input":${nested(depth)}},"id":"7","type":"call.requested"}`,
    "call.requested 7 INVALID_INPUT",
  ],
  ["100,000 open brackets", "[".repeat(100_000), "close 1002"],
  ["100,000 closing brackets", "]".repeat(100_000), "close 1002"],
  ["the longest list", request({ input: Array(items).fill(1) }), "event call.requested"],
  [
    "a list with one item more",
    request({ input: Array(items + 1).fill(1) }),
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "the largest object",
    request({
      input: Object.fromEntries(Array.from({ length: members }, (_, index) => [`k${index}`, 1])),
    }),
    "event call.requested",
  ],
  [
    "an object with one member more",
    request({
      input: Object.fromEntries(
        Array.from({ length: members + 1 }, (_, index) => [`k${index}`, 1]),
      ),
    }),
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "an envelope with too many members",
    frame(
      "call.aborted",
      {},
      Object.fromEntries(Array.from({ length: members }, (_, index) => [`k${index}`, 1])),
    ),
    "close 1002",
  ],
  [
    "brackets and commas inside of a string",
    request({ input: nested(500) + ",".repeat(200_000) }),
    "event call.requested",
  ],
  [
    "quotes and backslashes inside of a string",
    request({ input: '\\"{[\\\\"' }),
    "event call.requested",
  ],
  [
    "brackets behind an escaped quote",
    request({ input: `"${"[".repeat(200)}` }),
    "event call.requested",
  ],
  [
    "real brackets behind a string that ends in a backslash",
    `{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","input":["\\\\",${
      nested(100)
    }]}}`,
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "the largest frame",
    `{"type":"call.aborted","id":"1","payload":{},"x":"${big(frameBytes - 52)}"}`,
    "event call.aborted",
  ],
  [
    "a frame one byte larger",
    `{"type":"call.aborted","id":"1","payload":{},"x":"${big(frameBytes - 51)}"}`,
    "close 1009",
  ],
  ["a frame too large as UTF-8 only", request({ input: "ä".repeat(frameBytes / 2) }), "close 1009"],
  ["bytes past the limit", new Uint8Array(frameBytes + 1), "close 1009"],
  [
    "__proto__ in the envelope",
    '{"type":"call.aborted","id":"1","payload":{},"__proto__":{}}',
    "close 1002",
  ],
  [
    "constructor deep in an extra member",
    frame("call.aborted", {}, { a: [{ constructor: 1 }] }),
    "close 1002",
  ],
  [
    "__proto__ in the payload",
    '{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","__proto__":1}}',
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "__proto__ in the payload, spelled with an escape",
    String
      .raw`{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","\u005f_proto__":1}}`,
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "prototype deep in the payload",
    request({ metadata: [{ prototype: 1 }] }),
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "constructor in forwarded_for",
    request({ forwarded_for: { id: "a", scopes: [], resources: { constructor: [] } } }),
    "call.requested 1 INVALID_INPUT",
  ],
  [
    "__proto__ in the input",
    '{"type":"call.requested","id":"1","payload":{"operationId":"/a/b","input":{"__proto__":1}}}',
    "event call.requested",
  ],
  [
    "constructor in the output",
    frame("call.responded", { output: { constructor: 1 } }),
    "event call.responded",
  ],
];
for (const [name, text, expected] of rows) {
  Deno.test(`parseFrame() of ${name}: ${expected}`, () => {
    strictEqual(outcome(parseFrame(text)), expected);
  });
}

// What a request may bring, and what it may not. call-protocol.md §3
const requests: readonly [string, object, object][] = [
  ["no input is the empty object", {}, { input: {} }],
  ["input null stays null", { input: null }, { input: null }],
  [
    "identity, flags, parents and deadlines of the sender are dropped",
    {
      identity: { id: "root", scopes: ["admin"] },
      internal: true,
      trusted: true,
      abort_policy: "continue-running",
      parentRequestId: "x",
      deadline: 1,
      metadata: { a: 1 },
      capabilities: { key: "s" },
    },
    { input: {} },
  ],
  ["a token", { auth_token: "t" }, { input: {}, authToken: "t" }],
  ["a token of 4 KiB", { auth_token: "t".repeat(4096) }, {
    input: {},
    authToken: "t".repeat(4096),
  }],
  ["a longer token is no token", { auth_token: "t".repeat(4097) }, { input: {}, authToken: null }],
  ["an empty token is no token", { auth_token: "" }, { input: {}, authToken: null }],
  ["a token that is no text", { auth_token: { a: 1 } }, { input: {}, authToken: null }],
  [
    "a claim",
    { forwarded_for: { id: "ann", scopes: ["s"], resources: { box: ["x"] }, more: 1 } },
    { input: {}, forwardedFor: { id: "ann", scopes: ["s"], resources: { box: ["x"] } } },
  ],
  ["a claim that is none", { forwarded_for: "ann" }, { input: {} }],
  ["a claim without id", { forwarded_for: { scopes: [] } }, { input: {} }],
  ["a claim with odd scopes", { forwarded_for: { id: "a", scopes: [1] } }, { input: {} }],
  ["a claim with odd resources", { forwarded_for: { id: "a", resources: { a: "x" } } }, {
    input: {},
  }],
  ["a claim past 8 KiB", { forwarded_for: { id: "a".repeat(8192), scopes: [] } }, { input: {} }],
  ["a time", { timeout_ms: 5 }, { input: {}, timeoutMs: 5 }],
  ["a time that is none", { timeout_ms: -5 }, { input: {} }],
  ["a time that is text", { timeout_ms: "5" }, { input: {} }],
];
for (const [name, payload, expected] of requests) {
  Deno.test(`a request: ${name}`, () => {
    const parsed = parseFrame(request(payload));
    ok(parsed.kind === "event");
    deepStrictEqual(parsed.event, {
      type: "call.requested",
      id: "1",
      payload: { operation: "a/b", ...expected },
    });
  });
}

for (
  const [code, retryable, expected] of [
    ["TIMEOUT", undefined, true],
    ["RATE_LIMITED", undefined, true],
    ["INTERNAL", undefined, false],
    ["TIMEOUT", false, false],
    ["GONE", true, true],
    ["GONE", "yes", false],
  ] as const
) {
  Deno.test(`an error ${code} that says ${retryable} is retryable: ${expected}`, () => {
    const parsed = parseFrame(frame("call.error", { code, message: "m", retryable }));
    ok(parsed.kind === "event" && parsed.event.type === "call.error");
    deepStrictEqual(parsed.event.payload, { code, message: "m", retryable: expected });
  });
}

Deno.test("a refused name is not repeated, and reads like any operation that is not there", () => {
  const parsed = parseFrame(request({ operationId: "<script>" }));
  ok(parsed.kind === "refused");
  deepStrictEqual(parsed.error, {
    code: "NOT_FOUND",
    message: "operation not found",
    retryable: false,
  });
});

Deno.test("limits can be set, but not past what the protocol allows", () => {
  strictEqual(
    outcome(parseFrame(request({ input: "x".repeat(420) }), wireLimits({ frameBytes: 420 }))),
    "close 1009",
  );
  throws(() => wireLimits({ frameBytes: 65 * 1024 * 1024 }), RangeError);
  throws(() => wireLimits({ frameBytes: 20 }), RangeError, "no room for an error");
  throws(() => wireLimits({ depth: 0 }), RangeError);
  throws(() => wireLimits({ depth: NaN }), RangeError);
});

Deno.test("parseIdentity() takes own properties only", () => {
  strictEqual(parseIdentity(Object.create({ id: "a", scopes: [] }), 100), undefined);
  deepStrictEqual(parseIdentity({ id: "a" }, 100), { id: "a", scopes: [], resources: {} });
});
