/**
 * Does one array schema fit another?
 *
 * @module
 */
import {
  type CompatContext,
  every,
  FITS,
  mismatch,
  type Pair,
  UNKNOWN,
  type Verdict,
} from "./compat_context.ts";
import type { Schema } from "./json_schema.ts";

interface ArrayShape {
  /** Schemas by position; empty for a plain array. */
  readonly positions: readonly unknown[];
  /** Schema after the positions; `false` where nothing may follow. */
  readonly rest: unknown;
  readonly min: number;
  readonly max: number;
}

function arrayShape(schema: Schema): ArrayShape {
  const tuple = Array.isArray(schema.prefixItems)
    ? { positions: schema.prefixItems, rest: schema.items }
    : Array.isArray(schema.items)
    ? { positions: schema.items, rest: schema.additionalItems }
    : { positions: [], rest: schema.items };
  // TypeBox writes the empty tuple without items.
  const rest = schema.maxItems === tuple.positions.length ? false : tuple.rest;
  const closed = rest === false ? tuple.positions.length : Infinity;
  return {
    ...tuple,
    rest,
    min: typeof schema.minItems === "number" ? schema.minItems : 0,
    max: Math.min(typeof schema.maxItems === "number" ? schema.maxItems : Infinity, closed),
  };
}

function compareLength(output: ArrayShape, input: ArrayShape, path: string): Verdict {
  const isTuple = output.positions.length > 0 || input.positions.length > 0;
  // Between plain arrays the length is a constraint, and constraints are not compared.
  if (!isTuple) return FITS;
  if (output.min < input.min) {
    return mismatch(path, `at least ${output.min} items is not at least ${input.min}`);
  }
  if (output.max > input.max) {
    return mismatch(path, `at most ${output.max} items is not at most ${input.max}`);
  }
  return FITS;
}

/** Compares two array schemas. */
export function compareArrays(
  { output, input, path }: Pair & { output: Schema; input: Schema },
  context: CompatContext,
): Verdict {
  const from = arrayShape(output), to = arrayShape(input);
  const length = compareLength(from, to, path);
  if (length.kind === "mismatch") return length;
  const count = Math.max(from.positions.length, to.positions.length);
  return every(function* () {
    for (let i = 0; i < count; i++) {
      const offered = from.positions[i] ?? from.rest, wanted = to.positions[i] ?? to.rest;
      if (offered === false || wanted === false) continue; // the lengths have been compared
      yield context.compare({ output: offered, input: wanted, path: `${path}/${i}` });
    }
    if (from.rest === false || to.rest === false) return;
    if (from.rest === undefined && to.rest === undefined && count > 0) return yield UNKNOWN;
    yield context.compare({ output: from.rest, input: to.rest, path: `${path}/*` });
  }());
}
