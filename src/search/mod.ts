/**
 * Finding operations: an index in memory over all that can be called on the hub, whoever offers it.
 *
 * @module
 */
export { createCatalog } from "./catalog.ts";
export { type OpenSearch, openSearch, ownOperations, type SearchPorts } from "./open_search.ts";
export type { SearchedOperation } from "./searched_operation.ts";
