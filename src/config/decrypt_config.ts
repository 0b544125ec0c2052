/**
 * Puts the plain values in place of the encrypted ones, for the components that need them.
 *
 * @module
 */
import { checkValue } from "./check_value.ts";
import { ConfigError, type ConfigProblem } from "./config_error.ts";
import { contextOf, type EncryptedValue } from "./encrypted_value.ts";
import { place } from "./flags.ts";
import { freezeConfig, type LoadedConfig } from "./resolve_config.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { formatSource } from "./source.ts";

/** Opens an envelope that stands at `context`; its errors never hold what is in it. */
export type DecryptValue = (envelope: EncryptedValue, context: string) => Promise<string>;

/** One encrypted position. */
export interface ConfigSecret {
  readonly setting: Setting;
  readonly encrypted: EncryptedValue;
}

/** Lists the values that the file holds encrypted. */
export function configSecrets({ encrypted }: Pick<LoadedConfig, "encrypted">): ConfigSecret[] {
  return SETTINGS.flatMap((setting) => {
    const envelope = encrypted[setting.path];
    return envelope === undefined ? [] : [{ setting, encrypted: envelope }];
  });
}

/**
 * Decrypts a configuration. `encrypted` still says which values were.
 *
 * @throws {ConfigError} With every value that does not open, or opens to what its setting refuses;
 * never with a value.
 */
export async function decryptConfig(
  loaded: LoadedConfig,
  decrypt: DecryptValue,
): Promise<LoadedConfig> {
  const secrets = configSecrets(loaded);
  if (secrets.length === 0) return loaded;
  const config: Record<string, unknown> = structuredClone({ ...loaded.config });
  const problems: ConfigProblem[] = [];
  for (const { setting, encrypted } of secrets) {
    const { path, keys } = setting;
    const opened = await open(setting, () => decrypt(encrypted, contextOf(setting)));
    if (opened.ok) place(config, keys, opened.value);
    else {
      const source = formatSource(loaded.sources[path] ?? { kind: "default" });
      problems.push({ source, path, message: opened.message });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return freezeConfig({ ...loaded, config });
}

type Opened =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

async function open(setting: Setting, decrypt: () => Promise<string>): Promise<Opened> {
  try {
    // As if it were a secret whatever it is: somebody chose to encrypt it.
    return checkValue({ ...setting, secret: true }, await decrypt());
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    return { ok: false, message: `the encrypted value does not open: ${why}` };
  }
}
