/**
 * Values bent into their schemas, as the library's older API does with results.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const log = getLogger("operations:registry");

/** `value` as `schema` wants it; as it is where the schema has no value to put in place of a wrong one. */
export function castTo(schema: TSchema, value: unknown): unknown {
  try {
    return Value.Cast(schema, value);
  } catch (error) {
    // Such as a string with a pattern: nobody can invent one that fits.
    log.warn("value cannot be cast to its schema", { error });
    return value;
  }
}
