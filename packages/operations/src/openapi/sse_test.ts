import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { parseSSEFrames, type SSEEvent, SSEParser } from "./sse.ts";

const message = (data: string, rest: Partial<SSEEvent> = {}): SSEEvent => ({
  data,
  eventType: "message",
  lastEventId: "",
  ...rest,
});

// operations.md §17
const rows: readonly [string, SSEEvent[], string][] = [
  ["data: hello\n\n", [message("hello")], ""],
  ["data: a\n\ndata: b\n\n", [message("a"), message("b")], ""],
  ["data: a\ndata: b\n\n", [message("a\nb")], ""],
  [
    "event: custom\ndata: a\n\ndata: b\n\n",
    [message("a", { eventType: "custom" }), message("b")],
    "",
  ],
  ["id: 42\ndata: a\n\ndata: b\n\n", [
    message("a", { lastEventId: "42" }),
    message("b", { lastEventId: "42" }),
  ], ""],
  ["id: 4\0\ndata: a\n\n", [message("a")], ""],
  ["id: 42\n\nid\ndata: a\n\n", [message("a")], ""],
  [": comment\ndata: a\n\n", [message("a")], ""],
  ["data: a\r\n\r\n", [message("a")], ""],
  ["data: hello\r\r", [message("hello")], ""],
  ["data: a\rdata: b\n\r\n", [message("a\nb")], ""],
  ["\ufeffdata: a\n\n", [message("a")], ""],
  ["data: a\ufeff\n\n", [message("a\ufeff")], ""],
  ["data:  two\n\n", [message(" two")], ""],
  ["data:none\n\n", [message("none")], ""],
  ["data:\n\n", [message("")], ""],
  ["data\n\n", [message("")], ""],
  ["data\ndata\n\n", [message("\n")], ""],
  ["event: ping\n\n", [], ""],
  ["event: ping\n\ndata: a\n\n", [message("a")], ""],
  ["data: incom", [], "data: incom"],
  ["data: a\ndata: b", [], "data: a\ndata: b"],
  ["event: x\ndata: a\n", [], "event: x\ndata: a\n"],
  ["data: a\n\nid: 1\ndata: b\r", [message("a")], "id: 1\ndata: b\r"],
  ["retry: 10\nfoo: bar\ndata: a\n\n", [message("a")], ""],
  ["DATA: a\n\n", [], ""],
  [" data: a\n\n", [], ""],
  ["data: a:b: c\n\n", [message("a:b: c")], ""],
  ["\n\n\n", [], ""],
  ["", [], ""],
];
for (const [buffer, events, remaining] of rows) {
  Deno.test(`parseSSEFrames() of ${JSON.stringify(buffer)}`, () => {
    deepStrictEqual(parseSSEFrames(buffer), { events, remaining });
    deepStrictEqual(new SSEParser().push(buffer), events);
  });
}

const line = fc.oneof(
  fc.constantFrom(
    "data: a",
    "data:",
    "data: ä😀",
    "event: e",
    "id: 7",
    "id",
    ": c",
    "retry: 1",
    "x",
    "",
    "",
  ),
  fc.stringMatching(/^[a-z: ]{0,8}$/),
);
const stream = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r"))).map((lines) =>
  lines.map(([text, end]) => text + end).join("")
);

/** Cuts `whole` after each of these shares of its length. */
function cut<T extends { slice(start: number, end?: number): T; readonly length: number }>(
  whole: T,
  shares: number[],
): T[] {
  const ends = [...shares.map((share) => Math.floor(share * whole.length)), whole.length].sort((
    a,
    b,
  ) => a - b);
  return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

Deno.test("however a stream's bytes are cut, the events are the same", () => {
  fc.assert(
    fc.property(stream, fc.boolean(), shares, (text, marked, points) => {
      const whole = (marked ? "\ufeff" : "") + text;
      const expected = new SSEParser().push(whole);
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      const parser = new SSEParser();
      const events = cut(new TextEncoder().encode(whole), points).flatMap((bytes) =>
        parser.push(decoder.decode(bytes, { stream: true }))
      );
      deepStrictEqual(events, expected);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("byte by byte, the events are the same as well", () => {
  const whole = "\ufeffdata: ä\r\n\r\nid: 1\rdata: b\r\rdata: c\n\r\n:x\n\nevent: e\ndata: 😀\n\n";
  const parser = new SSEParser();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const events: SSEEvent[] = [];
  for (const byte of new TextEncoder().encode(whole)) {
    events.push(...parser.push(decoder.decode(new Uint8Array([byte]), { stream: true })));
  }
  deepStrictEqual(events, new SSEParser().push(whole));
  deepStrictEqual(events.length, 4);
});

Deno.test("with what remains put in front of the next piece, no event is lost or changed", () => {
  fc.assert(
    fc.property(stream, shares, (text, points) => {
      const plain = (events: SSEEvent[]) =>
        events.map(({ data, eventType }) => ({ data, eventType }));
      let remaining = "";
      const events: SSEEvent[] = [];
      for (const piece of cut(text, points)) {
        const read = parseSSEFrames(remaining + piece);
        events.push(...read.events);
        remaining = read.remaining;
      }
      deepStrictEqual(plain(events), plain(parseSSEFrames(text).events));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a frame without end is refused, in one line or in many", () => {
  const endless = ["x".repeat(10), "data: a\n"];
  for (const piece of endless) {
    const parser = new SSEParser(100);
    throws(() => {
      for (let count = 0; count < 20; count++) parser.push(piece);
    }, RangeError);
  }
  const parser = new SSEParser(100);
  for (let count = 0; count < 100; count++) parser.push("data: a\n\n");
});
