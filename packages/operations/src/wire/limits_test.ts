import { strictEqual, throws } from "node:assert/strict";
import { DEFAULT_WIRE_LIMITS, MAX_FRAME_BYTES, type WireLimits, wireLimits } from "./limits.ts";

const KIB = 1024, MIB = 1024 * KIB;

// call-protocol.md §16.1, and §7 for what may be claimed of others.
const DEFAULTS: readonly (readonly [limit: keyof WireLimits, value: number])[] = [
  ["frameBytes", MIB],
  ["depth", 64],
  ["members", 10_000],
  ["items", 100_000],
  ["idBytes", 128],
  ["authTokenBytes", 4 * KIB],
  ["forwardedForBytes", 8 * KIB],
  ["inboundRequests", 256],
  ["inboundSubscriptions", 64],
  ["failedTokens", 10],
  ["unsentBytes", 4 * MIB],
  ["stuckMs", 30_000],
  ["bufferedValues", 256],
  ["bufferedBytes", MIB],
  ["callTimeoutMs", 30_000],
];
for (const [limit, value] of DEFAULTS) {
  Deno.test(`call-protocol.md 16.1: ${limit} is ${value} where nothing is said`, () => {
    strictEqual(DEFAULT_WIRE_LIMITS[limit], value);
    strictEqual(wireLimits()[limit], value);
  });
}

Deno.test("call-protocol.md 16.1: a frame of 64 MiB is allowed, and none above it", () => {
  strictEqual(wireLimits({ frameBytes: 64 * MIB }).frameBytes, MAX_FRAME_BYTES);
  throws(() => wireLimits({ frameBytes: 64 * MIB + 1 }), RangeError);
});
