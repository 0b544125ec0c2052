/**
 * JSON Schemas brought into the few forms that the comparison knows.
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";

/** A schema with annotations removed. */
export type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
]);
const MAPS_OF_SCHEMAS = new Set(["properties", "patternProperties", "$defs", "definitions"]);
const VALUES = new Set(["const", "enum", "required"]);

/** True for an object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Drops what says nothing about the values accepted. A property may well be called "title". */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !ANNOTATIONS.has(key) && item !== undefined)
      .map(([key, item]) => [key, stripMember(key, item)]),
  );
}

function stripMember(key: string, item: unknown): unknown {
  if (key === "required" && Array.isArray(item)) return [...item].sort();
  if (VALUES.has(key)) return item;
  if (!MAPS_OF_SCHEMAS.has(key) || !isRecord(item)) return strip(item);
  return Object.fromEntries(Object.entries(item).map(([name, schema]) => [name, strip(schema)]));
}

/** A schema ready to be compared: stripped, its text, and where its references lead. */
export interface SchemaRoot {
  readonly schema: unknown;
  readonly text: string;
  /** `$id` of the whole schema or of one inside it → that schema. */
  readonly byId: ReadonlyMap<string, unknown>;
}

const roots = new WeakMap<object, SchemaRoot>();

/** Objects nested deeper than this are taken for no schema: reading them would exhaust the stack. */
const MAX_NESTING = 1_000;

function isTooDeep(source: object): boolean {
  const deepest = new Map<object, number>();
  const stack: { value: object; level: number }[] = [{ value: source, level: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, level } = next;
    if (level > MAX_NESTING) return true;
    // Parts may be shared; one is looked at again only where it lies deeper than before.
    if ((deepest.get(value) ?? -1) >= level) continue;
    deepest.set(value, level);
    for (const inner of Object.values(value)) {
      if (typeof inner === "object" && inner !== null) {
        stack.push({ value: inner, level: level + 1 });
      }
    }
  }
  return false;
}

function readRoot(source: object): SchemaRoot {
  if (isTooDeep(source)) return { schema: undefined, text: "", byId: new Map() };
  const schema = strip(source);
  return { schema, text: canonicalJson(schema), byId: collectIds(source) };
}

/** Prepares a whole schema; the work is done once per schema object. */
export function schemaRoot(source: unknown): SchemaRoot {
  if (typeof source !== "object" || source === null) {
    return { schema: source, text: canonicalJson(source), byId: new Map() };
  }
  let root = roots.get(source);
  if (root === undefined) {
    root = readRoot(source);
    roots.set(source, root);
  }
  return root;
}

function collectIds(source: unknown, found = new Map<string, unknown>()): Map<string, unknown> {
  if (Array.isArray(source)) source.forEach((item) => collectIds(item, found));
  else if (isRecord(source)) {
    if (typeof source.$id === "string") found.set(source.$id, strip(source));
    for (const [key, item] of Object.entries(source)) {
      if (!VALUES.has(key) && !ANNOTATIONS.has(key)) collectIds(item, found);
    }
  }
  return found;
}

/** Follows `$ref` inside its root; undefined if it leads nowhere. */
export function resolveReference(reference: unknown, root: SchemaRoot): unknown {
  if (typeof reference !== "string") return undefined;
  if (root.byId.has(reference)) return root.byId.get(reference);
  if (reference === "#") return root.schema;
  const defs = isRecord(root.schema) ? root.schema.$defs ?? root.schema.definitions : undefined;
  const name = /^(?:#\/(?:\$defs|definitions)\/)?([^/]+)$/.exec(reference)?.[1];
  if (!isRecord(defs) || name === undefined) return undefined;
  const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
  return Object.hasOwn(defs, key) ? defs[key] : undefined;
}

/** True where a schema accepts everything or is missing, so that nothing can be said. */
export function saysNothing(schema: unknown): boolean {
  if (schema === false) return false;
  if (!isRecord(schema)) return true;
  const keys = Object.keys(schema).filter((key) => key !== "$defs" && key !== "definitions");
  return keys.length === 0 || "not" in schema || "if" in schema;
}

/** The alternatives of a union, an enum or a list of types; undefined for anything else. */
export function alternatives(schema: Schema): unknown[] | undefined {
  const union = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(union)) return union;
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => ({ const: value }));
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return undefined;
}

/** How many parts one `allOf` may have, with those inside: it may even contain itself. */
const MAX_PARTS = 256;

/** One object schema in place of `allOf`; undefined where the parts are not all objects. */
export function mergeAllOf(
  schema: Schema,
  root: SchemaRoot,
  budget: { left: number } = { left: MAX_PARTS },
): Schema | undefined {
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...own } = schema;
  const parts: Schema[] = [];
  for (const part of Object.keys(own).length > 0 ? [own, ...allOf] : allOf) {
    const resolved = isRecord(part) && "$ref" in part ? resolveReference(part.$ref, root) : part;
    if (!isRecord(resolved) || budget.left-- <= 0) return undefined;
    const merged = mergeAllOf(resolved, root, budget);
    if (merged === undefined) return undefined;
    parts.push(merged);
  }
  if (parts.length === 1) return parts[0];
  if (!parts.every((part) => schemaType(part) === "object")) return undefined;
  return parts.reduce(mergeObjects);
}

function mergeObjects(a: Schema, b: Schema): Schema {
  const properties: Record<string, unknown> = { ...propertiesOf(a) };
  for (const [name, schema] of Object.entries(propertiesOf(b))) {
    const known = propertyOf(properties, name) ?? schema;
    const same = canonicalJson(known) === canonicalJson(schema);
    // A property told twice has to satisfy both: its own allOf, merged when it is compared.
    properties[name] = same ? schema : { allOf: [known, schema] };
  }
  return { ...a, ...b, type: "object", properties, required: [...requiredOf(a), ...requiredOf(b)] };
}

/** The base type, told or implied by the keywords. */
export function schemaType(schema: Schema): string | undefined {
  if (typeof schema.type === "string") return schema.type;
  if ("properties" in schema || "required" in schema || "patternProperties" in schema) {
    return "object";
  }
  return "items" in schema || "prefixItems" in schema ? "array" : undefined;
}

/** The schema of one property; a property may well be called "constructor". */
export function propertyOf(schemas: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(schemas, name) ? schemas[name] : undefined;
}

/** The declared properties. */
export function propertiesOf(schema: Schema): Readonly<Record<string, unknown>> {
  return isRecord(schema.properties) ? schema.properties : {};
}

/** The names of required properties. */
export function requiredOf(schema: Schema): readonly string[] {
  if (!Array.isArray(schema.required)) return [];
  return schema.required.filter((name) => typeof name === "string");
}
