/**
 * Names in order.
 *
 * @module
 */

/** Where `name` is among sorted names, or would be. */
export function placeOf(names: readonly string[], name: string): number {
  let low = 0, high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? "") < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a name where it belongs; one that is there stays alone. */
export function insertName(names: string[], name: string): void {
  const at = placeOf(names, name);
  if (names[at] !== name) names.splice(at, 0, name);
}

/** Takes a name away. */
export function removeName(names: string[], name: string): void {
  const at = placeOf(names, name);
  if (names[at] === name) names.splice(at, 1);
}
