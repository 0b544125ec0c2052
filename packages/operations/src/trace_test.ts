import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { continueTrace, traceparent } from "./trace.ts";

const ID = "4bf92f3577b34da6a3ce929d0e0e4736", SPAN = "00f067aa0ba902b7";

for (
  const [what, header] of [
    ["no header", null],
    ["nonsense", "nonsense"],
    ["upper case", `00-${ID.toUpperCase()}-${SPAN}-01`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["a span id of zeros", `00-${ID}-${"0".repeat(16)}-01`],
    ["version ff", `ff-${ID}-${SPAN}-01`],
    ["version 00 with more than it has", `00-${ID}-${SPAN}-01-x`],
    ["a short trace id", `00-${ID.slice(1)}-${SPAN}-01`],
  ] as const
) {
  Deno.test(`W3C Trace Context: with ${what} a new trace begins, without the old state`, () => {
    const trace = continueTrace(header, "a=1");
    match(trace.traceId, /^[0-9a-f]{32}$/);
    deepStrictEqual([trace.parentSpanId, trace.state, trace.flags], [undefined, undefined, "00"]);
  });
}

Deno.test("W3C Trace Context: a later version is read as far as it is known", () => {
  const trace = continueTrace(`cc-${ID}-${SPAN}-01-what-comes`, "a=1");
  deepStrictEqual([trace.traceId, trace.parentSpanId, trace.state], [ID, SPAN, "a=1"]);
  match(traceparent(trace), new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`));
});

Deno.test("a trace's state that is too long, or could be no header, is dropped", () => {
  for (const state of ["a".repeat(513), "a=1\r\nb: 2", "a=1\n", "a=\u00e9"]) {
    strictEqual(continueTrace(`00-${ID}-${SPAN}-01`, state).state, undefined);
  }
});
