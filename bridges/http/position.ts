/**
 * Streams whose items say where they stand, so that a reader can go on where it was cut off.
 *
 * An operation offers that by its schemas: items have a `position`, and the input takes it as `from`.
 *
 * @module
 */
import type { OperationSpec } from "@alkdev/operations";

const VARIANTS = ["anyOf", "oneOf", "allOf"];
// What an event's id may hold, and a header carry.
const POSITION = /^[\x21-\x7e]{1,200}$/;

/** Whether a subscription can be taken up at a position. */
export function isResumable({ inputSchema, outputSchema }: OperationSpec): boolean {
  return hasProperty(inputSchema, "from") && hasProperty(outputSchema, "position");
}

/** Where an item of such a stream stands; `undefined` for one that stands nowhere. */
export function positionOf(item: unknown): string | undefined {
  if (!isObject(item) || !Object.hasOwn(item, "position")) return undefined;
  const { position } = item;
  return typeof position === "string" && POSITION.test(position) ? position : undefined;
}

/** The input with which a subscription goes on after `position`. */
export function resumed(input: unknown, position: string): unknown {
  return isObject(input) && POSITION.test(position) ? { ...input, from: position } : input;
}

function hasProperty(schema: unknown, name: string): boolean {
  if (!isObject(schema)) return false;
  if (isObject(schema.properties) && Object.hasOwn(schema.properties, name)) return true;
  return VARIANTS.some((keyword) => {
    const variants = schema[keyword];
    return Array.isArray(variants) && variants.some((variant) => hasProperty(variant, name));
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
