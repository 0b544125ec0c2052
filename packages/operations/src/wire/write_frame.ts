/**
 * Writes frames.
 *
 * @module
 */
import { wireId } from "../names.ts";
import type { WireEvent, WireRequest } from "./events.ts";

/** Put together by name: to take a request apart and leave some of it over costs more than writing it. */
function requestPayload(request: WireRequest) {
  return {
    operationId: wireId(request.operation),
    input: request.input,
    auth_token: request.authToken ?? undefined,
    forwarded_for: request.forwardedFor,
    timeout_ms: request.timeoutMs,
    credit: request.credit,
    idempotency_key: request.idempotencyKey,
    wants_progress: request.wantsProgress,
    traceparent: request.traceparent,
    tracestate: request.tracestate,
  };
}

type Answer = Extract<WireEvent, { type: "call.responded" }>;

/** Most frames are answers: around the output there is nothing that has to be looked at. */
function writeAnswer({ id, payload: { output } }: Answer): string {
  // JSON has no undefined, and a response without an output would be none.
  const written: string | undefined = JSON.stringify(output);
  return `{"type":"call.responded","id":${JSON.stringify(id)},"payload":{"output":${
    written ?? "null"
  }}}`;
}

function payloadOf(event: Exclude<WireEvent, Answer>): unknown {
  switch (event.type) {
    case "call.requested":
      return requestPayload(event.payload);
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
  if (event.type === "call.responded") return writeAnswer(event);
  return JSON.stringify({ type: event.type, id: event.id, payload: payloadOf(event) });
}
