/** Spokes and their operations, without the network; for tests. */
import { type ImportedSpec, type OperationSpec, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import {
  createExportRules,
  DEFAULT_EXPORT_RULES,
  type ExportRule,
} from "../routing/export_rules.ts";
import { createSpokeIndex, type SpokeEntry, type SpokeIndex } from "../routing/spoke_index.ts";
import { type OpenSearch, openSearch } from "./open_search.ts";
import type { SearchedOperation } from "./searched_operation.ts";

/** What of a specification matters here. */
export type Described = Partial<OperationSpec> & { readonly scopes?: readonly string[] };

/** A specification. */
export function specOf(full: string, { scopes = [], ...about }: Described = {}): OperationSpec {
  const slash = full.indexOf("/");
  return {
    ...{ namespace: full.slice(0, slash), name: full.slice(slash + 1), version: "1.0.0" },
    ...{ type: OperationType.QUERY, description: "" },
    ...{ inputSchema: Type.Object({}), outputSchema: Type.Unknown() },
    accessControl: { requiredScopes: [...scopes] },
    ...about,
  };
}

let revisions = 0;

/** A spoke that offers operations. */
export function spoke(
  peerId: string,
  operations: Readonly<Record<string, Described>>,
): SpokeEntry {
  const imported = new Map<string, ImportedSpec>(
    Object.entries(operations).map((
      [name, about],
    ) => [name, { name, spec: specOf(name, about), grants: {} }]),
  );
  const hash = JSON.stringify(operations);
  const place = { peerId, node: "n1", nodeEpoch: 1, revision: ++revisions };
  return { ...place, set: { hash, operations: imported } };
}

/** A search over what is given. */
export interface TestSearch {
  readonly spokes: SpokeIndex;
  readonly search: OpenSearch;
  /** Names of what is found for somebody with scopes. */
  find(query: string, scopes?: readonly string[]): readonly string[];
}

/** Opens a search. */
export function searchOver(
  entries: readonly SpokeEntry[],
  { own = {}, rules = DEFAULT_EXPORT_RULES, sliceMs = Infinity }: {
    readonly own?: Readonly<Record<string, Described>>;
    readonly rules?: readonly ExportRule[];
    /** Default: everything is taken in at once. */
    readonly sliceMs?: number;
  } = {},
): TestSearch {
  const spokes = createSpokeIndex();
  for (const entry of entries) spokes.set(entry);
  const operations = Object.entries(own).map(([name, about]): SearchedOperation => {
    const spec = specOf(name, about);
    const { tags, inputSchema, outputSchema, accessControl } = spec;
    return { name, spec, tags, access: [accessControl], schemas: [inputSchema, outputSchema] };
  });
  const search = openSearch({
    ...{ own: operations, spokes, exports: createExportRules(rules), sliceMs },
  });
  return {
    ...{ spokes, search },
    find: (query, scopes = ["spokes:call"]) =>
      search.find({ identity: { id: "ann", scopes: [...scopes] }, query, limit: 100 })
        .operations.map(({ name }) => name),
  };
}
