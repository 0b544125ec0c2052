/**
 * The library's events as events of the wire, and back.
 *
 * @module
 */
import type { CallEvent, CallEventMap } from "../call_events.ts";
import { CallError } from "../error.ts";
import { libraryId, nameOfLibraryId } from "../names.ts";
import { localEnvelope } from "../response-envelope.ts";
import { fromWireError, toWireError } from "./errors.ts";
import type { WireEvent } from "./events.ts";

/** What the wire does not tell about an event, and its receiver knows. */
export interface RequestKnowledge {
  /** The library id of the operation that the answered request was for. */
  readonly operationId: string;
  /** Error codes that this operation declares. */
  readonly declared?: readonly string[];
}

function requestToWire(payload: CallEventMap["call.requested"]): WireEvent {
  const operation = nameOfLibraryId(payload.operationId);
  if (operation === undefined) {
    throw new RangeError(`Cannot send a call of ${payload.operationId}: it has no wire id`);
  }
  return {
    type: "call.requested",
    id: payload.requestId,
    // Identity, parent and deadline are this process's own business; the wire has no place for them.
    payload: { operation, input: payload.input === undefined ? {} : payload.input },
  };
}

function errorToWire({ requestId, code, message, details }: CallEventMap["call.error"]): WireEvent {
  if (code === "ABORTED") return { type: "call.aborted", id: requestId };
  const payload = toWireError(new CallError(code, message, details));
  return { type: "call.error", id: requestId, payload };
}

/**
 * An event of the library as it travels: bare values, wire codes, and nothing about who asks.
 *
 * @throws {RangeError} if the operation's id cannot be spelled on the wire.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { toWireEvent } from "@alkdev/operations";
 *
 * const payload = { requestId: "1", operationId: "fs.read", input: {}, deadline: 5 };
 * deepStrictEqual(toWireEvent({ type: "call.requested", payload }), {
 *   type: "call.requested", id: "1", payload: { operation: "fs/read", input: {} },
 * });
 * ```
 */
export function toWireEvent(event: CallEvent): WireEvent {
  const { type, payload } = event;
  const id = payload.requestId;
  switch (type) {
    case "call.requested":
      return requestToWire(payload);
    case "call.responded":
      return { type, id, payload: { output: payload.output.data } };
    case "call.error":
      return errorToWire(payload);
    default:
      return { type, id };
  }
}

/**
 * An event of the wire as the library knows it. What a peer says about identity never gets in.
 *
 * @throws {RangeError} for credit, of which the library's own events know nothing.
 */
export function fromWireEvent(event: WireEvent, known: RequestKnowledge): CallEvent {
  const requestId = event.id;
  switch (event.type) {
    case "call.requested": {
      const { operation, input } = event.payload;
      const payload = { requestId, operationId: libraryId(operation), input };
      return { type: event.type, payload };
    }
    case "call.responded": {
      const output = localEnvelope(event.payload.output, known.operationId);
      return { type: event.type, payload: { requestId, output } };
    }
    case "call.error": {
      const { code, message, details } = fromWireError(event.payload, known.declared);
      const payload = { requestId, code, message };
      return {
        type: event.type,
        payload: details === undefined ? payload : { ...payload, details },
      };
    }
    case "call.credit":
    case "call.progress":
      throw new RangeError(`Cannot read ${event.type}: it is an event between connections alone`);
    default:
      return { type: event.type, payload: { requestId } };
  }
}
