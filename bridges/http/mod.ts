/**
 * The hub for callers that speak HTTP: search, schema, call, batch, subscribe, and the document that
 * describes them. What can be called, who may and what is found is asked of {@link ../ports.ts}.
 *
 * @module
 */
export type { EdgePolicy } from "./edge_policy.ts";
export {
  createHttpBridge,
  HTTP_PATHS,
  type HttpBridge,
  type HttpBridgeOptions,
} from "./http_bridge.ts";
export { GATEWAY_VERSION, openapiDocument } from "./openapi.ts";
