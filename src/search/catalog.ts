import { type OperationView, parseOperationName } from "@alkdev/operations";
import type { OperationsCatalog } from "../../bridges/ports.ts";

/** What is declared of all that a view leads to. */
export function createCatalog(view: Pick<OperationView, "external">): OperationsCatalog {
  return {
    find(operation) {
      const name = parseOperationName(operation);
      return name === undefined ? undefined : view.external(name)?.spec;
    },
  };
}
