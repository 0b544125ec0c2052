/** Size of what is neither text nor bytes: about what its parts take. */
const VALUE_BYTES = 8;

/**
 * Whether a value that came by structured clone takes more than about `limit` bytes.
 *
 * Looks no further than it must, and at nothing twice.
 */
export function isLargerThan(value: unknown, limit: number): boolean {
  const seen = new Set<object>();
  const rest: unknown[] = [value];
  let bytes = 0;
  while (rest.length > 0) {
    const item = rest.pop();
    bytes += ownBytes(item);
    if (bytes > limit) return true;
    if (typeof item !== "object" || item === null || seen.has(item)) continue;
    seen.add(item);
    // Each waiting part counts at once: an array of millions must not fill `rest` first.
    if (bytes + partCount(item) * VALUE_BYTES > limit) return true;
    for (const part of parts(item)) rest.push(part);
  }
  return false;
}

function ownBytes(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
  return VALUE_BYTES;
}

function partCount(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return 0;
}

function* parts(value: object): Iterable<unknown> {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (value instanceof Map) {
    for (const entry of value) yield* entry;
  } else if (value instanceof Set || Array.isArray(value)) {
    yield* value;
  } else {
    for (const entry of Object.entries(value)) yield* entry;
  }
}
