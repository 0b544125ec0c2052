/**
 * W3C Trace Context: which trace a request belongs to, as its headers tell.
 *
 * @module
 */

/** A place in a trace. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the hub's own span, 16 hexadecimal digits. */
  readonly spanId: string;
  /** Of the span that the caller is in; absent for a trace that begins here. */
  readonly parentSpanId?: string;
  /** Two hexadecimal digits. */
  readonly flags: string;
  /** What tracing systems on the way have to say, unread. */
  readonly state?: string;
}

// A later version may have more fields after the four that all have.
const PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const MAX_STATE = 512;
const NOT_SAMPLED = "00";
const TRACE_BYTES = 16, SPAN_BYTES = 8;

/**
 * The hub's own place in the trace of `parent`; of a new trace where the header is no good.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { continueTrace, traceparent } from "./trace_context.ts";
 *
 * const trace = continueTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", null);
 * strictEqual(trace.parentSpanId, "00f067aa0ba902b7");
 * strictEqual(traceparent(trace).slice(0, 36), "00-4bf92f3577b34da6a3ce929d0e0e4736-");
 * ```
 */
export function continueTrace(parent: string | null, state: string | null): TraceContext {
  const read = parent === null ? null : PARENT.exec(parent);
  const [, version, traceId = "", parentSpanId = "", flags = ""] = read ?? [];
  const isSound = read !== null && !isZero(traceId) && !isZero(parentSpanId) &&
    (version !== "00" || parent?.length === read[0].length);
  if (!isSound) {
    const hex = randomHex(TRACE_BYTES + SPAN_BYTES);
    const traceId = hex.slice(0, 2 * TRACE_BYTES), spanId = hex.slice(2 * TRACE_BYTES);
    return { traceId, spanId, flags: NOT_SAMPLED };
  }
  const known = state !== null && state.length <= MAX_STATE ? { state } : {};
  return { traceId, spanId: randomHex(SPAN_BYTES), parentSpanId, flags, ...known };
}

/** The header that tells others of `trace`. */
export function traceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
