/**
 * Typed operations: specified, registered, found, allowed and run in one way, in one process or
 * across connections.
 *
 * An {@linkcode OperationRegistry} holds operations. Inside one program, `execute()` and
 * {@linkcode subscribe} run them, and a {@linkcode PendingRequestMap} with
 * {@linkcode buildCallHandler} carries calls as events over any event target.
 *
 * For callers that are not the program itself, {@linkcode createDispatcher} runs them under the
 * privilege model (visibility, access control, scoped composition), and
 * {@linkcode createCallSession} speaks the call protocol over a connection.
 *
 * @module
 */
export { checkAccess, enforceAccess } from "./access.ts";
export { type AccessResult, authorize, type Ownership, type ResourceClaim } from "./authorize.ts";
export {
  CALL_ERRORS,
  type CallErrorTraits,
  httpStatus,
  isImportedCode,
  isReservedCode,
  libraryCode,
  type WireCode,
  wireCode,
} from "./call_codes.ts";
export type { AbortPolicy, CallScope, InvokeOptions, PeerRef } from "./call_scope.ts";
export { Cancel, type Cancellation } from "./cancellation.ts";
export type { CallStream } from "./call_stream.ts";
export {
  buildCallHandler,
  type CallAbortedEvent,
  type CallCompletedEvent,
  type CallErrorEvent,
  type CallEvent,
  type CallEventAccessor,
  CallEventMap,
  type CallEventMapValue,
  CallEventSchema,
  type CallHandler,
  type CallHandlerConfig,
  type CallRequestedEvent,
  type CallRespondedEvent,
  PendingRequestMap,
  type PendingRequestMapOptions,
} from "./call.ts";
export { Capabilities } from "./capabilities.ts";
export { type Clock, systemClock } from "./clock.ts";
export { openSteadyClock, type SteadyClock } from "./steady_clock.ts";
export type {
  CallObserver,
  CallValues,
  Dispatcher,
  DispatcherOptions,
  DispatchLimits,
  ObservedCall,
  RootCall,
} from "./dispatch_types.ts";
export { createDispatcher } from "./dispatcher.ts";
export { buildEnv, type EnvOptions } from "./env.ts";
export {
  CallError,
  type CallErrorCode,
  type CallErrorOptions,
  InfrastructureErrorCode,
  mapError,
} from "./error.ts";
export {
  closeMCPClient,
  createMCPClient,
  type MCPClientConfig,
  MCPClientLoader,
  type MCPClientWrapper,
  type MCPReconnectOptions,
} from "./from_mcp.ts";
export { FromSchema } from "./from_schema.ts";
export { defaultAdapter, type SchemaAdapter, valibotAdapter, zodAdapter } from "./from_typemap.ts";
export type {
  CapabilityLoader,
  CompositionAuthority,
  Grants,
  Provenance,
  ScopedEnv,
  Visibility,
} from "./grants.ts";
export { libraryId, nameOfLibraryId, parseOperationName, registryName, wireId } from "./names.ts";
export {
  type AnyHandler,
  createRegistration,
  operationId,
  type Registration,
} from "./registration.ts";
export { IDEMPOTENCY_KEYWORD, idempotencyProperty, withIdempotencyKey } from "./idempotency.ts";
export { mayHoldSecrets, redact, REDACTED, type Redactor, redactorOf } from "./redact.ts";
export type { OnProgress, ProgressReport } from "./progress.ts";
export { OperationRegistry, type RegistryOptions } from "./registry.ts";
export {
  httpEnvelope,
  type HTTPResponseMeta,
  isResponseEnvelope,
  localEnvelope,
  type LocalResponseMeta,
  type MCPAnnotations,
  type MCPContentBlock,
  mcpEnvelope,
  type MCPResourceContent,
  type MCPResponseMeta,
  RESPONSE_SOURCES,
  type ResponseEnvelope,
  ResponseEnvelopeSchema,
  type ResponseMeta,
  ResponseMetaSchema,
  type ResponseSource,
  unwrap,
} from "./response-envelope.ts";
export { type OperationManifest, type ScannerFS, scanOperations } from "./scanner.ts";
export { subscribe } from "./subscribe.ts";
export {
  beginTrace,
  continueTrace,
  readTrace,
  traceAbove,
  traceBelow,
  traceBeside,
  type TraceContext,
  traceparent,
} from "./trace.ts";
export {
  type AccessControl,
  AccessControlSchema,
  type CallContext,
  type ErrorDefinition,
  ErrorDefinitionSchema,
  type Identity,
  type IOperationDefinition,
  type OperationContext,
  OperationContextSchema,
  OperationDefinitionSchema,
  type OperationEnv,
  type OperationHandler,
  type OperationSpec,
  OperationSpecSchema,
  OperationType,
  type SubscriptionHandler,
} from "./types.ts";
export { assertIsSchema, collectErrors, formatValueErrors, validateOrThrow } from "./validation.ts";
export { type Mismatch, type Validator, validatorOf } from "./validator.ts";
export { layeredView, type OperationView, registryView, type ViewLayers } from "./view.ts";
export { fromWireEvent, type RequestKnowledge, toWireEvent } from "./wire/codec.ts";
export { fromWireError, toWireError } from "./wire/errors.ts";
export {
  ImportError,
  type ImportErrorCode,
  type ImportLimits,
  importSpecs,
} from "./wire/import_specs.ts";
export type { ParsedFrame, WireError, WireEvent, WireRequest } from "./wire/events.ts";
export {
  DEFAULT_WIRE_LIMITS,
  MAX_FRAME_BYTES,
  type WireLimits,
  wireLimits,
} from "./wire/limits.ts";
export { parseFrame } from "./wire/parse_frame.ts";
export {
  createRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
} from "./wire/rate_limiter.ts";
export { createCallSession } from "./wire/session.ts";
export type { CallSession, CallSessionOptions, SessionCallOptions } from "./wire/session_types.ts";
export {
  fromTakenSpec,
  fromWireSpec,
  type ImportedSpec,
  plainText,
  type SchemaSource,
  type SpecLimits,
  toWireSpec,
  type WireSpec,
} from "./wire/spec.ts";
export { type Scan, scanJson } from "./wire/scan.ts";
export { writeFrame } from "./wire/write_frame.ts";
