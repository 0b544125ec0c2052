/**
 * The hub for callers that speak HTTP: search, schema, call, batch, subscribe, and the document that
 * describes them. What can be called, who may and what is found is asked of {@link ../ports.ts}.
 *
 * @module
 */
export { createHttpBridge, HTTP_PATHS, type HttpBridgeOptions } from "./http_bridge.ts";
export { GATEWAY_VERSION, openapiDocument } from "./openapi.ts";
