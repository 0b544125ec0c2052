/**
 * Changes values in the text of a configuration file and leaves everything else as it is,
 * comments included.
 *
 * @module
 */
import { applyEdits, modify, parse } from "jsonc-parser";
import { checkValue } from "./check_value.ts";
import { ConfigError } from "./config_error.ts";
import { type ConfigFile, readConfigFile } from "./config_file.ts";
import type { ConfigSecret } from "./decrypt_config.ts";
import { ENCRYPTED_KEY, type EncryptedValue } from "./encrypted_value.ts";
import { isOpen } from "./mask.ts";
import { type Setting, SETTINGS } from "./settings.ts";

const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };

/** A secret that a file holds in clear. */
export interface PlainSecret {
  readonly setting: Setting;
  readonly value: string;
}

/**
 * Finds the setting that a person names: `/postgres/url` or `postgres.url`.
 *
 * @throws {RangeError} when there is none, or it cannot be encrypted.
 */
export function encryptableSetting(name: string): Setting {
  const path = name.replace(/^\//, "").replaceAll("/", ".");
  const setting = SETTINGS.find((it) => it.path === path);
  if (setting === undefined) throw new RangeError(`Cannot find a setting named "${name}"`);
  if (!setting.encryptable) {
    throw new RangeError(`Cannot encrypt ${path}: it is no text, or needed to decrypt others`);
  }
  return setting;
}

/** Why a setting would refuse a value, without the value; undefined when it takes it. */
export function refusal(setting: Setting, value: string): string | undefined {
  if (value === "") return `${setting.path}: expected a value, found none`;
  const checked = checkValue({ ...setting, secret: true }, value);
  return checked.ok ? undefined : `${checked.path}: ${checked.message}`;
}

/** Puts an encrypted value into the text of a file. */
export function withEncrypted(
  text: string,
  { setting, encrypted }: { readonly setting: Setting; readonly encrypted: EncryptedValue },
): string {
  const whole = text.trim() === "" ? "{}\n" : text;
  const value = { [ENCRYPTED_KEY]: encrypted };
  return applyEdits(whole, modify(whole, [...setting.keys], value, FORMATTING));
}

/**
 * Lists what the text of a file holds encrypted, also where a variable wins over it.
 *
 * @throws {ConfigError} when it is no configuration file.
 */
export function encryptedIn(file: ConfigFile): ConfigSecret[] {
  const { entries, problems } = readConfigFile(file);
  if (problems.length > 0) throw new ConfigError(problems);
  return entries.flatMap(({ setting, encrypted }) =>
    encrypted === undefined ? [] : [{ setting, encrypted }]
  );
}

/** Lists the secrets that the text of a file holds in clear. */
export function plainSecretsIn(text: string): PlainSecret[] {
  const root: unknown = parse(text);
  return SETTINGS.flatMap((setting) => {
    const value = setting.keys.reduce<unknown>(
      (at, key) => typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined,
      root,
    );
    const isPlain = setting.secret && typeof value === "string" && value !== "" &&
      !isOpen(setting, value);
    return isPlain ? [{ setting, value }] : [];
  });
}
