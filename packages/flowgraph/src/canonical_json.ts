/**
 * JSON text that is equal for equal values, whatever the order of their keys.
 *
 * @module
 */

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * Spells `value` as JSON with sorted keys; keys with value undefined are left out.
 *
 * @throws {TypeError} if the value holds a cycle or a bigint.
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (!isRecord(item) || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? "null";
}
