/**
 * Shows the effective configuration: secrets masked, with the source of each value.
 *
 * @module
 */
import { place } from "./flags.ts";
import { maskValue } from "./mask.ts";
import type { LoadedConfig } from "./resolve_config.ts";
import { type Setting, SETTINGS } from "./settings.ts";
import { formatSource } from "./source.ts";

/** One row of the description. */
export interface DescribedSetting {
  readonly path: string;
  /** Masked where it is a secret; undefined where the setting is absent. */
  readonly value: unknown;
  /** Such as `default`, `hub.jsonc:3:5`, `HUB_HTTP_PORT` or `--http-port`. */
  readonly source: string;
}

/** The effective configuration as it may be shown; made of plain values, to be printed as JSON. */
export interface ConfigDescription {
  /** Nested like a configuration file. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly settings: readonly DescribedSetting[];
}

function valueAt(config: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    config,
  );
}

function describe(setting: Setting, loaded: LoadedConfig): DescribedSetting {
  const { config, sources, encrypted } = loaded;
  const { path, keys } = setting;
  const envelope = encrypted[path];
  return {
    path,
    value: envelope === undefined
      ? maskValue(setting, valueAt(config, keys))
      : `[encrypted v${envelope.keyVersion}]`,
    source: formatSource(sources[path] ?? { kind: "default" }),
  };
}

/** Describes a loaded configuration without giving a secret away. */
export function describeConfig(loaded: LoadedConfig): ConfigDescription {
  const settings = SETTINGS.map((setting) => describe(setting, loaded));
  const config: Record<string, unknown> = {};
  settings.forEach(({ value }, index) => {
    if (value !== undefined) place(config, SETTINGS[index]?.keys ?? [], value);
  });
  return { config, settings };
}

function cell(value: unknown): string {
  if (value === undefined) return "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Spells a description as a table for a terminal, one line per setting. */
export function formatConfigTable({ settings }: ConfigDescription): string {
  const rows = [
    ["SETTING", "VALUE", "SOURCE"],
    ...settings.map(({ path, value, source }) => [path, cell(value), source]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}
