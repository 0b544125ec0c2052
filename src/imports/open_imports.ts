/**
 * All imports of a node: what they give is called, found and listed like the hub's own operations,
 * and is served by this node itself.
 *
 * @module
 */
import type { OperationView, Registration } from "@alkdev/operations";
import type { HubConfig } from "../config/mod.ts";
import type { FindExportRule } from "../routing/export_rules.ts";
import type { SpokeEntry } from "../routing/spoke_index.ts";
import type { CapabilitySource } from "../secrets/capability_source.ts";
import { capabilitiesOf, type ImportSettings, importSettings } from "./import_settings.ts";
import type { ImportSource } from "./import_source.ts";
import type { ImportStatus } from "./import_status.ts";
import { createImportView } from "./import_view.ts";
import { keepImport, type KeptImport } from "./keep_import.ts";
import { openMcpSource } from "./mcp_source.ts";
import { openOpenApiSource } from "./openapi_source.ts";
import { createOffers, type Offers, type SearchedEntries } from "./offers.ts";

/** What imports need. */
export interface OpenImportsOptions {
  readonly imports: HubConfig["imports"];
  /** Secrets of services; undefined where the hub keeps none. */
  readonly secrets: Pick<CapabilitySource, "capabilities" | "loaderOf"> | undefined;
  readonly onFailure?: (namespace: string) => void;
}

/** The imports of a node. */
export interface Imports extends AsyncDisposable {
  /** The view with what is imported in it. A namespace of an import is nobody else's. */
  over(view: OperationView): OperationView;
  /** All that is imported at this moment, by its full name. */
  operations(): Iterable<readonly [string, Registration]>;
  /** What search looks at: imports beside spokes. */
  beside(spokes: SearchedEntries): SearchedEntries;
  /** Whom imported operations are offered to, and else as `exports` says. */
  rulesBeside(exports: FindExportRule): FindExportRule;
  list(): readonly ImportStatus[];
  /** Loads one of them now; undefined where there is none of that name. */
  refresh(namespace: string): Promise<ImportStatus> | undefined;
}

/** Begins to import, and waits for none of it. */
export function openImports({ imports, secrets, ...options }: OpenImportsOptions): Imports {
  const offers = createOffers();
  const kept = new Map<string, KeptImport>();
  const settings = Object.entries(imports).map(([name, config]) => importSettings(name, config));
  for (const each of settings) {
    const { namespace } = each;
    const keeping = keepImport({
      settings: each,
      source: openSource(each, secrets),
      publish: (loaded) => offers.publish(namespace, loaded),
      onFailure: () => options.onFailure?.(namespace),
    });
    kept.set(namespace, keeping);
  }
  const isLoading = (namespace: string) => kept.get(namespace)?.status.loadedAt === undefined;
  return {
    over: createImportView({ settings, offers, isLoading }),
    operations: () => offers.all(),
    beside: (spokes) => searched(spokes, { offers, isImport: (name) => kept.has(name) }),
    rulesBeside: (exports) => (peerId, name) =>
      kept.has(peerId) ? offers.ruleOf(peerId, name) : exports(peerId, name),
    list: () => Array.from(kept.values(), ({ status }) => status),
    refresh: (namespace) => kept.get(namespace)?.refresh(),
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(kept.values(), (one) => one[Symbol.asyncDispose]()));
    },
  };
}

function openSource(
  settings: ImportSettings,
  secrets: OpenImportsOptions["secrets"],
): ImportSource {
  const { kind, credential } = settings;
  if (kind === "mcp") {
    const secret = () =>
      credential === undefined ? undefined : secrets?.capabilities([credential]).get(credential);
    return openMcpSource({ settings, secret });
  }
  const names = capabilitiesOf(settings);
  const capabilities = names.length === 0 ? undefined : secrets?.loaderOf(names);
  return openOpenApiSource({ settings, capabilities });
}

/** Imports beside spokes. A spoke that has an import's name is not found: it could not be called. */
function searched(
  spokes: SearchedEntries,
  { offers, isImport }: { readonly offers: Offers; readonly isImport: (name: string) => boolean },
): SearchedEntries {
  const isSpoke = (entry: SpokeEntry | undefined) => entry !== undefined && !isImport(entry.peerId);
  return {
    *entries() {
      yield* offers.entries();
      for (const entry of spokes.entries()) if (isSpoke(entry)) yield entry;
    },
    get: (peerId) => isImport(peerId) ? offers.get(peerId) : spokes.get(peerId),
    onChange(listener) {
      const forget = [
        offers.onChange(listener),
        spokes.onChange((change) => {
          if (isSpoke(change.after ?? change.before)) listener(change);
        }),
      ];
      return () => forget.forEach((each) => each());
    },
  };
}
