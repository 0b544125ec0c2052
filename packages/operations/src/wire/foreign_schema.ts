/**
 * Schemas that a peer wrote.
 *
 * @module
 */
import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { FromSchema } from "../from_schema.ts";
import { References } from "../openapi/references.ts";
import { validatorOf } from "../validator.ts";
import { hasForbiddenKey, isJsonObject } from "./json.ts";

/** Keywords that would run a peer's regular expressions here. It checks its own input once more anyway. */
const PATTERNS: ReadonlySet<string> = new Set(["pattern", "patternProperties"]);
/** Names of things, not keywords. */
const NAMED = ["properties", "$defs", "definitions"];
/** What a value may be; not to be looked into. */
const VALUES = ["const", "enum", "default", "example", "examples"];

function withoutPatterns(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (!isJsonObject(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (PATTERNS.has(key)) return [`x-${key}`, value];
    // Only primitives can be compared for being the same.
    if (key === "const" && typeof value === "object") return ["x-const", value];
    if (VALUES.includes(key)) return [key, value];
    if (NAMED.includes(key) && isJsonObject(value)) {
      return [
        key,
        Object.fromEntries(
          Object.entries(value).map(([name, each]) => [name, withoutPatterns(each)]),
        ),
      ];
    }
    return [key, withoutPatterns(value)];
  });
  return Object.fromEntries(entries);
}

/** How much of schemas is still read: what is compiled takes time while nothing else is done. */
export interface SchemaBudget {
  /** Objects and lists, each counted wherever references put it. */
  nodes: number;
}

/**
 * A peer's JSON Schema as a compiled TypeBox schema, at the expense of `budget`. Its references are
 * put in place, its regular expressions left out.
 *
 * @throws {Error} if it refers out of itself, uses forbidden keys, unfolds too far or cannot be compiled.
 */
export function foreignSchema(schema: unknown, budget: SchemaBudget): TSchema {
  if (hasForbiddenKey(schema)) {
    throw new Error("Cannot read schema: it has a key that is not allowed");
  }
  const { value, size } = new References(schema).unfold(schema ?? {}, budget.nodes);
  budget.nodes -= size;
  const converted = FromSchema(withoutPatterns(value));
  // Keywords of the wrong kind would be checked slowly, or not at all.
  if (!TypeGuard.IsSchema(converted)) {
    throw new Error("Cannot read schema: a keyword has the wrong type");
  }
  // Compiled now, so that a schema that cannot be is refused with its operation and not at a call.
  validatorOf(converted).check(undefined);
  return converted;
}
