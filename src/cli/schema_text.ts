/**
 * JSON Schemas in a few words.
 *
 * @module
 */
import { shortJson } from "./actor_text.ts";

/** A field of an object, in words. */
export interface FieldText {
  /** Such as `owner.name`. */
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

const MAX_DEPTH = 4;
const MAX_CHOICES = 6;

/** The fields of an object's schema, those of objects in it with their paths; none for anything else. */
export function fieldTexts(schema: unknown, prefix = "", depth = 0): FieldText[] {
  const { properties, required } = partsOf(schema);
  if (!isObject(properties)) return [];
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([key, property]) => {
    const name = `${prefix}${key}`;
    const { description } = partsOf(property);
    const own = {
      ...{ name, type: typeText(property), isRequired: needed.includes(key) },
      description: typeof description === "string" ? description : "",
    };
    return depth < MAX_DEPTH ? [own, ...fieldTexts(property, `${name}.`, depth + 1)] : [own];
  });
}

/** The type that a schema describes, such as `list of text` or `"a" | "b"`. */
export function typeText(schema: unknown): string {
  const { type, items, ...parts } = partsOf(schema);
  if ("const" in parts) return shortJson(parts.const);
  const choices = [parts.enum, parts.anyOf, parts.oneOf].find(Array.isArray);
  if (choices !== undefined) {
    const texts = choices.map((one) => choices === parts.enum ? shortJson(one) : typeText(one));
    return oneOf([...new Set(texts)]);
  }
  if (Array.isArray(type)) return oneOf(type.map(nameOf));
  if (type === "array") return items === undefined ? "list" : `list of ${typeText(items)}`;
  if (type === undefined) return isObject(parts.properties) ? "object" : "anything";
  return nameOf(type);
}

/** `integer` and `boolean` are words of JSON Schema that people read as they are. */
function nameOf(type: unknown): string {
  return type === "string" ? "text" : String(type);
}

function oneOf(texts: readonly string[]): string {
  const shown = texts.slice(0, MAX_CHOICES);
  return [...shown, ...texts.length > shown.length ? ["…"] : []].join(" | ");
}

function partsOf(schema: unknown): Record<string, unknown> {
  return isObject(schema) ? schema : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
