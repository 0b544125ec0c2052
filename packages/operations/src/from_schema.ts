/**
 * JSON Schema as TypeBox.
 *
 * @module
 */
import {
  FormatRegistry,
  IntersectEvaluated,
  type SchemaOptions,
  type TSchema,
  Type,
  UnionEvaluated,
} from "@sinclair/typebox";
import { getLogger } from "@logtape/logtape";

const log = getLogger("operations:from_schema");
const MAX_LOGGED = 1024;
/** Deeper than any schema that a person writes; keeps hostile ones off the stack. */
const MAX_DEPTH = 200;

type Json = { readonly [keyword: string]: unknown };

/** What schemas became: those that stand in many places are converted once. */
export type ConvertedSchemas = Map<unknown, TSchema>;

/** Where in a schema a conversion is. */
interface Place extends Required<ConvertOptions> {
  readonly depth: number;
  readonly known: ConvertedSchemas;
}

/** How schemas are converted. */
export interface ConvertOptions {
  /**
   * Whether regular expressions are checked. Those of others are better `shown` alone, as `x-pattern`:
   * some take longer than anybody waits, and nothing else is done meanwhile. Default `checked`.
   */
  readonly patterns?: "checked" | "shown";
}

function below(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** Keywords whose value is a schema that TypeBox enforces and would take for one of its own. */
const SCHEMA_KEYWORDS = ["additionalProperties", "contains", "unevaluatedProperties"];

/** Keywords that hold regular expressions. */
const PATTERN_KEYWORDS = ["pattern", "patternProperties"];

/** The keywords, as options; a format that nobody checks is kept under a name that nobody enforces. */
function optionsOf(schema: Json, at: Place): SchemaOptions {
  const options: Record<string, unknown> = { ...schema };
  const { format } = schema;
  if (typeof format === "string" && !FormatRegistry.Has(format)) {
    delete options.format;
    options["x-format"] = format;
  }
  for (const keyword of at.patterns === "shown" ? PATTERN_KEYWORDS : []) {
    if (options[keyword] === undefined) continue;
    options[`x-${keyword}`] = options[keyword];
    delete options[keyword];
  }
  for (const keyword of SCHEMA_KEYWORDS) {
    if (isObject(schema[keyword])) options[keyword] = convert(schema[keyword], below(at));
  }
  return options;
}

function required(schema: Json): readonly unknown[] | undefined {
  if (schema.required === undefined) return [];
  const isList = Array.isArray(schema.required) &&
    schema.required.every((name) => typeof name === "string");
  return isList && Array.isArray(schema.required) ? schema.required : undefined;
}

function unknownSchema(schema: unknown, at: Place): TSchema {
  const text = JSON.stringify(schema) ?? String(schema);
  // The empty schema says in JSON Schema's own words that anything will do.
  if (text !== "{}") {
    log.warn("schema is taken as unknown", {
      schema: text.length > MAX_LOGGED ? `${text.slice(0, MAX_LOGGED)}…` : text,
    });
  }
  return isObject(schema) ? Type.Unknown(optionsOf(schema, at)) : Type.Unknown({});
}

function fromType(schema: Json, at: Place): TSchema {
  const options = optionsOf(schema, at);
  switch (schema.type) {
    case "string":
      return Type.String(options);
    case "number":
      return Type.Number(options);
    case "integer":
      return Type.Integer(options);
    case "boolean":
      return Type.Boolean(options);
    case "null":
      return Type.Null(options);
    default:
      return unknownSchema(schema, at);
  }
}

function fromObject(schema: Json, at: Place): TSchema | undefined {
  const names = required(schema);
  if (schema.type !== "object" || !isObject(schema.properties) || !names) return undefined;
  const properties = Object.entries(schema.properties).map(([name, member]) => {
    const converted = convert(member, below(at));
    return [name, names.includes(name) ? converted : Type.Optional(converted)] as const;
  });
  return Type.Object(Object.fromEntries(properties), optionsOf(schema, at));
}

function fromArray(schema: Json, at: Place): TSchema | undefined {
  if (schema.type !== "array") return undefined;
  const { items } = schema;
  if (Array.isArray(items)) {
    return Type.Tuple(items.map((item) => convert(item, below(at))), optionsOf(schema, at));
  }
  return isObject(items) ? Type.Array(convert(items, below(at)), optionsOf(schema, at)) : undefined;
}

function fromLiterals(schema: Json): TSchema | undefined {
  if (Array.isArray(schema.enum) && schema.enum.every(isPrimitive)) {
    return UnionEvaluated(schema.enum.map((value) => Type.Literal(value)));
  }
  return undefined;
}

function fromConst(schema: Json, at: Place): TSchema | undefined {
  const value = schema.const;
  if (isPrimitive(value)) return Type.Literal(value, optionsOf(schema, at));
  // TypeBox's types know primitives only, but an object is kept as its `const` keyword all the same.
  if (typeof value === "object" && value !== null) {
    return Type.Literal(value as unknown as string, optionsOf(schema, at));
  }
  return undefined;
}

function fromCombination(schema: Json, at: Place): TSchema | undefined {
  const members = (list: readonly unknown[]) => list.map((member) => convert(member, below(at)));
  if (Array.isArray(schema.allOf)) {
    return IntersectEvaluated(members(schema.allOf), optionsOf(schema, at));
  }
  if (Array.isArray(schema.anyOf)) {
    return UnionEvaluated(members(schema.anyOf), optionsOf(schema, at));
  }
  if (Array.isArray(schema.oneOf)) {
    return UnionEvaluated(members(schema.oneOf), optionsOf(schema, at));
  }
  return undefined;
}

function convert(schema: unknown, at: Place): TSchema {
  if (!isObject(schema)) return unknownSchema(schema, at);
  const known = at.known.get(schema);
  if (known !== undefined) return known;
  if (at.depth > MAX_DEPTH) throw new RangeError(`Cannot convert schema: nested past ${MAX_DEPTH}`);
  const converted = fromCombination(schema, at) ?? fromLiterals(schema) ?? fromObject(schema, at) ??
    fromArray(schema, at) ?? fromConst(schema, at) ??
    (typeof schema.$ref === "string" ? Type.Ref(schema.$ref) : fromType(schema, at));
  at.known.set(schema, converted);
  return converted;
}

/** As {@linkcode FromSchema}; what is in `known` is not converted again, and what is converted gets in. */
export function convertSchema(
  schema: unknown,
  known: ConvertedSchemas,
  { patterns = "checked" }: ConvertOptions = {},
): TSchema {
  return convert(schema, { depth: 0, known, patterns });
}

/**
 * Converts a JSON Schema. References stay references; whatever has no counterpart becomes `Unknown`.
 *
 * @throws {RangeError} if `schema` is nested too deeply.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { collectErrors, FromSchema } from "@alkdev/operations";
 *
 * const schema = FromSchema({ type: "object", properties: { n: { type: "integer" } } });
 * strictEqual(collectErrors(schema, { n: 1 }).length, 0);
 * strictEqual(collectErrors(schema, { n: "1" }).length, 1);
 * ```
 */
export function FromSchema<T>(schema: T): TSchema {
  return convertSchema(schema, new Map());
}
