/**
 * W3C Trace Context: which trace a call belongs to, and where in it.
 *
 * @module
 */
import { randomHex } from "./random_hex.ts";

/** A place in a trace. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the span at this place, 16 hexadecimal digits. */
  readonly spanId: string;
  /** Of the span that it was asked for by; absent for a trace that begins here. */
  readonly parentSpanId?: string;
  /** Two hexadecimal digits. */
  readonly flags: string;
  /** What tracing systems on the way have to say, unread. */
  readonly state?: string;
}

// A later version may have more fields after the four that all have.
const PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
/** What headers take: some of it has come in JSON, and goes on in headers. */
const STATE = /^[\t\x20-\x7e]{0,512}$/;
const MAX_PARENT = 256;
const NOT_SAMPLED = "00";
const TRACE_DIGITS = 32, SPAN_DIGITS = 16;

/**
 * A place below the one that `parent` tells; in a new trace where that is no good.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { continueTrace, traceparent } from "@alkdev/operations";
 *
 * const trace = continueTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
 * strictEqual(trace.parentSpanId, "00f067aa0ba902b7");
 * strictEqual(traceparent(trace).slice(0, 36), "00-4bf92f3577b34da6a3ce929d0e0e4736-");
 * ```
 */
export function continueTrace(
  parent: string | null | undefined,
  state?: string | null,
): TraceContext {
  const known = parent == null ? undefined : readTrace(parent, state);
  return known === undefined ? beginTrace() : traceBelow(known);
}

/** A new trace, which nobody has asked to be sampled. */
export function beginTrace(): TraceContext {
  return { traceId: randomHex(TRACE_DIGITS), spanId: randomHex(SPAN_DIGITS), flags: NOT_SAMPLED };
}

/** A place of its own below another one. */
export function traceBelow({ traceId, spanId, flags, state }: TraceContext): TraceContext {
  const place = { traceId, spanId: randomHex(SPAN_DIGITS), parentSpanId: spanId, flags };
  return state === undefined ? place : { ...place, state };
}

/** A place of its own beside another one, below the same. */
export function traceBeside(trace: TraceContext): TraceContext {
  return { ...trace, spanId: randomHex(SPAN_DIGITS) };
}

/**
 * The place right above: where whoever asked is. Whoever has no span of their own tells it to others
 * as it was told to them.
 */
export function traceAbove({ parentSpanId, ...trace }: TraceContext): TraceContext {
  return parentSpanId === undefined ? trace : { ...trace, spanId: parentSpanId };
}

/** The place that the header tells; `undefined` where it is no good. */
export function readTrace(parent: string, state?: string | null): TraceContext | undefined {
  const read = parent.length <= MAX_PARENT ? PARENT.exec(parent) : null;
  if (read === null) return undefined;
  const [whole, version, traceId = "", spanId = "", flags = ""] = read;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  if (version === "00" && parent.length !== whole.length) return undefined;
  const hasState = typeof state === "string" && STATE.test(state);
  return { traceId, spanId, flags, ...(hasState ? { state } : {}) };
}

/** The header that tells others of a place. */
export function traceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}
