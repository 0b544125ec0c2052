/**
 * The schema's leaves as a flat list, each with the names it goes by.
 *
 * @module
 */
import { KindGuard, type TObject, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { HubConfigSchema, UrlRule } from "./schema.ts";

/** One value that can be configured. */
export interface Setting {
  /** Keys from the root, such as `["http", "port"]`. */
  readonly keys: readonly string[];
  /** The keys joined, such as `http.port`. */
  readonly path: string;
  readonly schema: TSchema;
  readonly description: string;
  /** Undefined where absence is the default. */
  readonly default: unknown;
  /** Whether the setting may be absent. */
  readonly optional: boolean;
  readonly secret: boolean;
  /** Whether it may be encrypted in the file: it is text, and not needed to decrypt others. */
  readonly encryptable: boolean;
  readonly url: UrlRule | undefined;
  /** Variables that set it; the first one that is set wins. */
  readonly env: readonly string[];
  /** Name of its flag, such as `--http-port`, whether or not the command line offers it. */
  readonly flag: string;
}

function words(keys: readonly string[]): string[] {
  return keys.flatMap((key) => key.split(/(?=[A-Z])/)).map((word) => word.toLowerCase());
}

/** Spells the variable of a path: `http.maxBodyBytes` is `HUB_HTTP_MAX_BODY_BYTES`. */
export function environmentName(keys: readonly string[]): string {
  return `HUB_${words(keys).join("_").toUpperCase()}`;
}

/** Spells the flag of a path: `http.maxBodyBytes` is `--http-max-body-bytes`. */
export function flagName(keys: readonly string[]): string {
  return `--${words(keys).join("-")}`;
}

function setting(keys: readonly string[], schema: TSchema): Setting {
  const env = environmentName(keys);
  return {
    keys,
    path: keys.join("."),
    schema,
    description: schema.description ?? "",
    default: schema.default,
    optional: KindGuard.IsOptional(schema),
    secret: schema.secret === true,
    encryptable: KindGuard.IsString(schema) && schema.early !== true,
    url: Value.Check(UrlRule, schema.url) ? schema.url : undefined,
    env: typeof schema.env === "string" ? [env, schema.env] : [env],
    flag: flagName(keys),
  };
}

/** Lists the leaves below `schema`, in its order. */
export function listSettings(schema: TObject, keys: readonly string[] = []): Setting[] {
  return Object.entries(schema.properties).flatMap(([key, property]) =>
    KindGuard.IsObject(property)
      ? listSettings(property, [...keys, key])
      : [setting([...keys, key], property)]
  );
}

/** Everything that can be configured. */
export const SETTINGS: readonly Setting[] = listSettings(HubConfigSchema);
