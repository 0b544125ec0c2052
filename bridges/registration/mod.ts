/**
 * Worker registration over HTTP.
 *
 * @module
 */
export {
  createRegistrationBridge,
  REGISTRATION_PATH,
  type RegistrationBridge,
  type RegistrationBridgeOptions,
} from "./registration_bridge.ts";
