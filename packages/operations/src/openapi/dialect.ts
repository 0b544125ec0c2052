/**
 * The two dialects of OpenAPI schemas (3.0 and 3.1) as the one that the library converts.
 *
 * @module
 */

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** 3.0 says `exclusiveMinimum: true` beside `minimum`; JSON Schema puts the number there. */
function bounds(schema: Json): Json {
  const { exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const numbers: Record<string, unknown> = { ...rest };
  if (exclusiveMinimum === true) {
    numbers.exclusiveMinimum = schema.minimum;
    delete numbers.minimum;
  } else if (typeof exclusiveMinimum === "number") numbers.exclusiveMinimum = exclusiveMinimum;
  if (exclusiveMaximum === true) {
    numbers.exclusiveMaximum = schema.maximum;
    delete numbers.maximum;
  } else if (typeof exclusiveMaximum === "number") numbers.exclusiveMaximum = exclusiveMaximum;
  return numbers;
}

/** What schemas became: those that stand in many places are read once. */
export type PlainSchemas = Map<unknown, unknown>;

function members(schema: Json, known: PlainSchemas): Json {
  const plain = (member: unknown) => plainSchema(member, known);
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === "properties" && isObject(value)) {
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)])),
      ];
    }
    if (["items", "additionalProperties"].includes(key) && isObject(value)) {
      return [key, plain(value)];
    }
    if (["allOf", "anyOf", "oneOf", "items", "prefixItems"].includes(key) && Array.isArray(value)) {
      return [key, value.map(plain)];
    }
    return [key, value];
  });
  return Object.fromEntries(entries);
}

/** A schema without references, in plain JSON Schema. */
export function plainSchema(schema: unknown, known: PlainSchemas = new Map()): unknown {
  if (!isObject(schema)) return schema;
  const plain = known.get(schema) ?? translate(schema, known);
  known.set(schema, plain);
  return plain;
}

function translate(schema: Json, known: PlainSchemas): unknown {
  const { nullable, ...rest } = members(bounds(schema), known);
  const { type } = rest;
  if (nullable === true && type !== undefined) {
    return { anyOf: [plainSchema({ ...rest, ...withNull(rest) }), { type: "null" }] };
  }
  if (Array.isArray(type)) {
    return { anyOf: type.map((each) => ({ ...rest, type: each })) };
  }
  return rest;
}

/** A list of values that allows null beside a type that does not is a list without it. */
function withNull({ enum: values }: Json): Json {
  return Array.isArray(values) ? { enum: values.filter((value) => value !== null) } : {};
}
