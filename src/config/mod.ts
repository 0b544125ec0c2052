/**
 * The hub's configuration.
 *
 * {@linkcode loadConfig} makes one frozen {@linkcode HubConfig} of defaults, a file, the
 * environment and flags, or throws one {@linkcode ConfigError} with everything that is wrong.
 * All of it follows from {@linkcode HubConfigSchema}: a property that is added there has its
 * variable, its flag, its checks and its row in docs/configuration.md.
 *
 * @module
 */
export { ConfigError, type ConfigProblem } from "./config_error.ts";
export type { ConfigFile } from "./config_file.ts";
export {
  type ConfigSecret,
  configSecrets,
  decryptConfig,
  type DecryptValue,
} from "./decrypt_config.ts";
export {
  type ConfigDescription,
  describeConfig,
  type DescribedSetting,
  formatConfigTable,
} from "./describe_config.ts";
export {
  encryptableSetting,
  encryptedIn,
  type PlainSecret,
  plainSecretsIn,
  refusal,
  withEncrypted,
} from "./edit_config_file.ts";
export { contextOf, type EncryptedValue, pointerOf } from "./encrypted_value.ts";
export { CONFIG_ENV_NAMES, CONFIG_FILE_VARIABLE, type Environment } from "./environment.ts";
export { collectFlags, type ConfigFlag, type FlagValues, listFlags } from "./flags.ts";
export { DEFAULT_CONFIG_FILE, loadConfig, type LoadConfigOptions } from "./load_config.ts";
export { type EnvironmentAccess, readEnvironment } from "./read_environment.ts";
export { type ConfigSources, type LoadedConfig, resolveConfig } from "./resolve_config.ts";
export { isUrl } from "./import_problems.ts";
export type { ImportConfig } from "./imports_schema.ts";
export { type HubConfig, HubConfigSchema } from "./schema.ts";
export { formatSource, type Source } from "./source.ts";
