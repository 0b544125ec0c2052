/**
 * Writes frames.
 *
 * @module
 */
import { wireId } from "../names.ts";
import type { WireEvent, WireRequest } from "./events.ts";

function requestPayload(
  { operation, input, authToken, forwardedFor, timeoutMs, credit, ...rest }: WireRequest,
) {
  return {
    operationId: wireId(operation),
    input,
    auth_token: authToken ?? undefined,
    forwarded_for: forwardedFor,
    timeout_ms: timeoutMs,
    credit,
    idempotency_key: rest.idempotencyKey,
    wants_progress: rest.wantsProgress,
    traceparent: rest.traceparent,
    tracestate: rest.tracestate,
  };
}

function payloadOf(event: WireEvent): unknown {
  switch (event.type) {
    case "call.requested":
      return requestPayload(event.payload);
    case "call.responded":
      // JSON has no undefined, and a response without an output would be none.
      return { output: event.payload.output === undefined ? null : event.payload.output };
    case "call.error":
    case "call.credit":
    case "call.progress":
      return event.payload;
    default:
      return {};
  }
}

/**
 * One event as the text of one frame.
 *
 * @throws {TypeError} if a value in it cannot be written as JSON.
 */
export function writeFrame(event: WireEvent): string {
  return JSON.stringify({ type: event.type, id: event.id, payload: payloadOf(event) });
}
