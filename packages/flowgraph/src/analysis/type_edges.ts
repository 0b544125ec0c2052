/**
 * Every pair of operations of which something can be said.
 *
 * @module
 */
import { operationKey, type OperationSpec, operationType } from "../operation_spec.ts";
import { typeCompat, type TypeCompatResult } from "./type_compat.ts";

/** How the output of `source` fits the input of `target`. */
export interface TypeEdge {
  readonly source: string;
  readonly target: string;
  readonly result: TypeCompatResult;
}

/** Remembers comparisons by the identity of both schemas: registries share them widely. */
function createMemo(): (output: unknown, input: unknown) => TypeCompatResult {
  const known = new Map<unknown, Map<unknown, TypeCompatResult>>();
  return (output, input) => {
    const byInput = known.get(output) ?? new Map<unknown, TypeCompatResult>();
    known.set(output, byInput);
    const result = byInput.get(input) ?? typeCompat(output, input);
    byInput.set(input, result);
    return result;
  };
}

/**
 * Compares every ordered pair of different operations and returns those with a verdict, in the order
 * of `specs`. A subscription is never a source: it has no one output.
 */
export function buildTypeEdges(specs: readonly OperationSpec[]): TypeEdge[] {
  const compat = createMemo();
  const edges: TypeEdge[] = [];
  for (const from of specs) {
    if (operationType(from) === "subscription") continue;
    for (const to of specs) {
      const source = operationKey(from), target = operationKey(to);
      if (source === target) continue;
      const result = compat(from.outputSchema, to.inputSchema);
      if (result.kind !== "unknown") edges.push({ source, target, result });
    }
  }
  return edges;
}
