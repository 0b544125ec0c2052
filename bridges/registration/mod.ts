/**
 * Worker registration over HTTP.
 *
 * @module
 */
export {
  createRegistrationBridge,
  REGISTRATION_PATH,
  REGISTRATION_PATHS,
  type RegistrationBridge,
  type RegistrationBridgeOptions,
} from "./registration_bridge.ts";
