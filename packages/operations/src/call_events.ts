/**
 * The five events of a call as they travel between a caller and a handler of this library.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { IdentitySchema } from "./identity.ts";
import { ResponseEnvelopeSchema } from "./response-envelope.ts";

const requestId = Type.String();

/** Schema of each event's payload, by event name. */
export const CallEventSchema = {
  "call.requested": Type.Object({
    requestId,
    operationId: Type.String(),
    input: Type.Unknown(),
    parentRequestId: Type.Optional(Type.String()),
    deadline: Type.Optional(Type.Number({ description: "Milliseconds since the epoch." })),
    idleTimeout: Type.Optional(Type.Number({ description: "Milliseconds between two values." })),
    identity: Type.Optional(IdentitySchema),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  "call.responded": Type.Object({ requestId, output: ResponseEnvelopeSchema }),
  "call.completed": Type.Object({ requestId }),
  "call.aborted": Type.Object({ requestId }),
  "call.error": Type.Object({
    requestId,
    code: Type.String(),
    message: Type.String(),
    details: Type.Optional(Type.Unknown()),
  }),
};

/** Schema of each event's payload, by event name. */
export const CallEventMap = CallEventSchema;

/** Starts a call or a subscription. */
export type CallRequestedEvent = Static<(typeof CallEventSchema)["call.requested"]>;
/** One result. */
export type CallRespondedEvent = Static<(typeof CallEventSchema)["call.responded"]>;
/** The end of a subscription. */
export type CallCompletedEvent = Static<(typeof CallEventSchema)["call.completed"]>;
/** The cancelling of a request, by either side. */
export type CallAbortedEvent = Static<(typeof CallEventSchema)["call.aborted"]>;
/** The failure of a request. */
export type CallErrorEvent = Static<(typeof CallEventSchema)["call.error"]>;

/** Each event's payload, by event name. */
export type CallEventMap = {
  "call.requested": CallRequestedEvent;
  "call.responded": CallRespondedEvent;
  "call.completed": CallCompletedEvent;
  "call.aborted": CallAbortedEvent;
  "call.error": CallErrorEvent;
};

/** The payload of any of the events. */
export type CallEventMapValue = CallEventMap[keyof CallEventMap];

/** An event with its name, as it is handed around in one process. */
export type CallEvent = {
  [Type in keyof CallEventMap]: { readonly type: Type; readonly payload: CallEventMap[Type] };
}[keyof CallEventMap];

/** The names of the five events. */
export const CALL_EVENT_TYPES = [
  "call.requested",
  "call.responded",
  "call.completed",
  "call.aborted",
  "call.error",
] as const satisfies readonly (keyof CallEventMap)[];
