/**
 * Operations that ask HTTP services, made from their OpenAPI documents.
 *
 * {@linkcode FromOpenAPI} turns each path and method into an operation with a handler, ready to be
 * registered. Responses of the type `text/event-stream` become subscriptions.
 *
 * @module
 */
export {
  FromOpenAPI,
  FromOpenAPIFile,
  FromOpenAPIUrl,
  operationsFromOpenAPI,
} from "./openapi/from_document.ts";
export { parseDocument } from "./openapi/parse_document.ts";
export { followWithinOrigin, redirectOf } from "./openapi/redirects.ts";
export { OpenAPIServiceRegistry } from "./openapi/service_registry.ts";
export { parseSSEFrames, type SSEEvent } from "./openapi/sse.ts";
export type {
  CredentialSource,
  HTTPServiceConfig,
  OpenAPIFS,
  OpenAPIOperation,
  OpenAPIParameter,
  OpenAPISpec,
  SkippedEndpoint,
} from "./openapi/types.ts";
