/**
 * What all gateways have in common, whatever they speak: who calls, within which bounds, and what a
 * failure looks like from outside.
 *
 * @module
 */
export {
  createGatewayDispatch,
  type GatewayCaller,
  type GatewayDispatch,
  type GatewayDispatchOptions,
  type GatewayRequest,
  type Result,
} from "./dispatch.ts";
export { type Failure, type FailureContext, failureOf, retryAfterOf } from "./failure.ts";
export { IDEMPOTENCY_KEYWORD, idempotencyProperty, withIdempotencyKey } from "./idempotency.ts";
export { identify } from "./identify.ts";
export { LIVE_LIMITS, type LiveLimits, type LiveLimitsByRole, type Origin } from "./in_flight.ts";
export { continueTrace, type TraceContext, traceparent } from "./trace_context.ts";
