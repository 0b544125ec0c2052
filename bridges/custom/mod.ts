/**
 * A deployment's own routes beside the gateway, such as a proxy that another protocol's clients expect.
 *
 * @module
 */
export { createCustomBridge, type CustomBridgeOptions } from "./custom_bridge.ts";
export type { CustomRoute, RouteCallOptions, RouteContext } from "./custom_route.ts";
