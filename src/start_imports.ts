/**
 * The services whose operations a node offers as its own.
 *
 * @module
 */
import type { HubConfig } from "./config/mod.ts";
import type { ImportState } from "./imports/import_status.ts";
import { type Imports, openImports } from "./imports/open_imports.ts";
import type { Metrics } from "./metrics/mod.ts";
import type { CapabilitySource } from "./secrets/capability_source.ts";

/** What imports need. */
export interface StartImportsOptions {
  readonly metrics: Metrics;
  readonly secrets: CapabilitySource | undefined;
}

/** Begins to import what the configuration names. It waits for no service. */
export function startImports(
  { imports }: HubConfig,
  { metrics, secrets }: StartImportsOptions,
): Imports {
  const failed = metrics.counter(
    "hub_import_failures_total",
    "Attempts to load an import that failed.",
  );
  const started = openImports({
    ...{ imports, secrets },
    onFailure: (namespace) => failed.series({ import: namespace }).add(),
  });
  metrics.gauge("hub_imported_operations", "Operations of an import that can be called.", {
    read: () =>
      started.list().map(({ namespace, operations }) => ({
        labels: { import: namespace },
        value: operations,
      })),
  });
  return started;
}

/** How all imports of a node are, in one word; undefined where there are none. */
export function importsNote({ list }: Pick<Imports, "list">): ImportState | undefined {
  const states = list().map(({ state }) => state);
  if (states.length === 0) return undefined;
  if (states.includes("failing")) return "failing";
  return states.includes("loading") ? "loading" : "ok";
}
