/**
 * The five call events and the encodings in which they arrive.
 *
 * @module
 */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Identity } from "./call.ts";

const RequestId = Type.String({ minLength: 1 });

const PAYLOADS = {
  "call.requested": Type.Object({
    requestId: RequestId,
    operationId: Type.String(),
    input: Type.Optional(Type.Unknown()),
    parentRequestId: Type.Optional(Type.String()),
    deadline: Type.Optional(Type.Number()),
    identity: Type.Optional(Identity),
    idleTimeout: Type.Optional(Type.Number()),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  "call.responded": Type.Object({ requestId: RequestId, output: Type.Optional(Type.Unknown()) }),
  "call.completed": Type.Object({ requestId: RequestId }),
  "call.error": Type.Object({
    requestId: RequestId,
    code: Type.String(),
    message: Type.String(),
    details: Type.Optional(Type.Unknown()),
  }),
  "call.aborted": Type.Object({ requestId: RequestId }),
} as const;

type CallEventType = keyof typeof PAYLOADS;

function envelope<K extends CallEventType>(type: K) {
  return Type.Object({
    type: Type.Literal(type),
    payload: PAYLOADS[type],
    id: Type.Optional(Type.String()),
    timestamp: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  });
}

/** One call event in its bus envelope. */
export const CallEventMapValue = Type.Union([
  envelope("call.requested"),
  envelope("call.responded"),
  envelope("call.completed"),
  envelope("call.error"),
  envelope("call.aborted"),
]);
/** One call event in its bus envelope. */
export type CallEventMapValue = Static<typeof CallEventMapValue>;

type PayloadOf<K extends CallEventType> = Static<(typeof PAYLOADS)[K]>;
/** A call event with its fields beside its type, or, where its fields tell the type, bare. */
export type FlatCallEvent =
  | { [K in CallEventType]: { type: K; timestamp?: string | number } & PayloadOf<K> }[CallEventType]
  | PayloadOf<"call.requested" | "call.responded" | "call.error">;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEventType(value: unknown): value is CallEventType {
  return typeof value === "string" && Object.hasOwn(PAYLOADS, value);
}

/** A bare `{requestId}` may be a completion or an abort, so it has no type. */
function typeOfBare(payload: Record<string, unknown>): CallEventType {
  if ("operationId" in payload) return "call.requested";
  if ("output" in payload) return "call.responded";
  if ("code" in payload) return "call.error";
  throw new TypeError(
    `Cannot read call event ${String(payload.requestId)}: a bare payload needs ` +
      `"operationId", "output" or "code"; send {type, payload}`,
  );
}

function unpack(event: Record<string, unknown>): { type: unknown; payload: unknown } {
  if (!("type" in event)) return { type: typeOfBare(event), payload: event };
  if ("payload" in event) return { type: event.type, payload: event.payload };
  const { type, timestamp: _timestamp, ...payload } = event;
  return { type, payload };
}

function check(type: CallEventType, payload: unknown): void {
  const schema: TSchema = PAYLOADS[type];
  // A field present with value undefined is the same as an absent one.
  const present = isRecord(payload)
    ? Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
    : payload;
  if (Value.Check(schema, present)) return;
  const first = Value.Errors(schema, present).First();
  const id = isRecord(payload) ? String(payload.requestId) : String(payload);
  throw new TypeError(
    `Cannot read ${type} of ${id}: ${first?.path || "payload"}: ${
      first?.message ?? "is not valid"
    }`,
  );
}

/** A call event as read: its envelope, and the time it carries. */
export type ParsedCallEvent = CallEventMapValue & { timestamp?: string | number };

/**
 * Reads a call event in any accepted encoding: `{type, payload}`, `{type, ...payload}`, or a bare
 * payload whose fields tell its type.
 *
 * @throws {TypeError} if the type is unknown or ambiguous, or a field is missing or mistyped.
 */
export function parseCallEvent(event: unknown): ParsedCallEvent {
  if (!isRecord(event)) throw new TypeError(`Cannot read call event: ${event} is not an object`);
  const { type, payload } = unpack(event);
  if (!isEventType(type)) throw new TypeError(`Cannot read call event: unknown type ${type}`);
  check(type, payload);
  const { timestamp } = event;
  if (typeof timestamp === "number" && Number.isNaN(new Date(timestamp).getTime())) {
    throw new TypeError(`Cannot read ${type}: timestamp is ${timestamp}`);
  }
  const time = typeof timestamp === "string" || typeof timestamp === "number" ? { timestamp } : {};
  // check() has just compared the payload with the schema of this very type.
  return { type, payload, ...time } as ParsedCallEvent;
}
