import { continueTrace, type TraceContext } from "@alkdev/operations";
import type { HeaderSource } from "./head.ts";

/** A place in the trace that a request's headers name; in a new one where they name none. */
export function traceOf(headers: HeaderSource): TraceContext {
  const parent = headers.get("traceparent");
  return continueTrace(parent, parent === null ? null : headers.get("tracestate"));
}
