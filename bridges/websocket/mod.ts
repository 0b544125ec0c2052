/**
 * The call protocol over WebSocket. Nodes and clients connect to the same path; who may come in, what
 * can be called and what a node offers is asked of {@link ../ports.ts}.
 *
 * @module
 */
export { CLOSE } from "./close_codes.ts";
export { SUBPROTOCOL } from "./upgrade.ts";
export {
  createWebSocketBridge,
  type WebSocketBridge,
  type WebSocketBridgeOptions,
} from "./websocket_bridge.ts";
