/**
 * Calls as events: what a caller waits with, and what a handler answers with.
 *
 * @module
 */
export {
  type CallAbortedEvent,
  type CallCompletedEvent,
  type CallErrorEvent,
  type CallEvent,
  CallEventMap,
  type CallEventMapValue,
  CallEventSchema,
  type CallRequestedEvent,
  type CallRespondedEvent,
} from "./call_events.ts";
export { buildCallHandler, type CallHandler, type CallHandlerConfig } from "./call_handler.ts";
export {
  type CallEventAccessor,
  PendingRequestMap,
  type PendingRequestMapOptions,
} from "./pending_request_map.ts";
