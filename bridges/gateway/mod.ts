/**
 * What all gateways have in common, whatever they speak: who calls, within which bounds, and what a
 * failure looks like from outside.
 *
 * @module
 */
export { type Answer, isStream } from "./answer.ts";
export { Bag, type Bagged } from "./bag.ts";
export {
  boundsOf,
  bridgeOf,
  type GatewayBounds,
  type GatewayBridge,
  type GatewayBridgeOptions,
} from "./bridge.ts";
export {
  createGatewayDispatch,
  type GatewayCaller,
  type GatewayDispatch,
  type GatewayDispatchOptions,
  type GatewayRequest,
  type Result,
} from "./dispatch.ts";
export { checkEdge, type EdgePolicy, preflight } from "./edge_policy.ts";
export { type Failure, type FailureContext, failureOf, retryAfterOf } from "./failure.ts";
export { Head, type HeaderSource } from "./head.ts";
export { identify } from "./identify.ts";
export { LIVE_LIMITS, type LiveLimits, type LiveLimitsByRole, type Origin } from "./in_flight.ts";
export { createLive } from "./live.ts";
export { mapInOrder } from "./map_in_order.ts";
export { pathOf } from "./path_of.ts";
export { createPatience, inTime, type Patience } from "./patience.ts";
export {
  answerFailure,
  answerJson,
  answerThrown,
  bareError,
  shuttingDown,
} from "./plain_answer.ts";
export {
  type BodyLimits,
  cutShort,
  parseText,
  readJson,
  tooLarge,
  tooLate,
  type Unread,
} from "./read_json.ts";
export { Refusal } from "./refusal.ts";
export { RequestError } from "./request_error.ts";
export { notFound, respond } from "./respond.ts";
export { isSoundHost } from "./sound_host.ts";
export { isSameCaller } from "./stays.ts";
export { traceOf } from "./trace_of.ts";
export { continueTrace, traceBeside, type TraceContext, traceparent } from "@alkdev/operations";
