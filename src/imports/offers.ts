/**
 * What imports offer at this moment. Each is replaced as a whole.
 *
 * @module
 */
import type { ImportedSpec, Registration } from "@alkdev/operations";
import type { ExportRule } from "../routing/export_rules.ts";
import type { SpokeChange, SpokeEntry, SpokeIndex } from "../routing/spoke_index.ts";
import type { LoadedImport } from "./import_source.ts";

/** What search looks at. */
export type SearchedEntries = Pick<SpokeIndex, "entries" | "get" | "onChange">;

/** Operations of imports. */
export interface Offers {
  /** Puts all operations of an import in place of those before. Running calls keep what they have. */
  publish(namespace: string, loaded: LoadedImport): void;
  /** By its name below the namespace. */
  find(namespace: string, name: string): Registration | undefined;
  /** All of them, by their full names. */
  all(): Iterable<readonly [string, Registration]>;
  /** As search wants them: each import as if it were a node that offers its operations. */
  entries(): Iterable<SpokeEntry>;
  get(namespace: string): SpokeEntry | undefined;
  onChange(listener: (change: SpokeChange) => void): () => void;
  ruleOf(namespace: string, name: string): ExportRule | undefined;
}

interface Offer {
  readonly operations: ReadonlyMap<string, Registration>;
  readonly entry: SpokeEntry;
}

/** Creates an empty set. */
export function createOffers(): Offers {
  const offers = new Map<string, Offer>();
  const listeners = new Set<(change: SpokeChange) => void>();
  const ruleFor = createRules();
  let revision = 0;
  return {
    publish(namespace, { hash, operations }) {
      const before = offers.get(namespace)?.entry;
      const after: SpokeEntry = {
        ...{ peerId: namespace, node: "", nodeEpoch: 0, revision: ++revision },
        set: { hash, operations: specsOf(operations) },
      };
      offers.set(namespace, { operations, entry: after });
      for (const listener of listeners) listener({ before, after });
    },
    find: (namespace, name) => offers.get(namespace)?.operations.get(name),
    *all() {
      for (const [namespace, { operations }] of offers) {
        for (const [name, made] of operations) yield [`${namespace}/${name}`, made];
      }
    },
    *entries() {
      for (const { entry } of offers.values()) yield entry;
    },
    get: (namespace) => offers.get(namespace)?.entry,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ruleOf(namespace, name) {
      const registration = offers.get(namespace)?.operations.get(name);
      return registration && ruleFor(registration);
    },
  };
}

function specsOf(operations: ReadonlyMap<string, Registration>): Map<string, ImportedSpec> {
  return new Map(
    Array.from(operations, ([name, { spec, grants }]) => [name, { name, spec, grants }]),
  );
}

/** One rule for all operations that ask for the same: search tells offers apart by them. */
function createRules(): (registration: Registration) => ExportRule {
  const rules = new Map<string, ExportRule>();
  return ({ spec: { accessControl: access } }) => {
    const key = JSON.stringify(access);
    const rule = rules.get(key) ?? { peer: "*", names: ["*"], access };
    rules.set(key, rule);
    return rule;
  };
}
