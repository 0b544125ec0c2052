/**
 * How many slips of the finger lie between two words: a letter more, less, another, or two swapped.
 *
 * @returns the number, or `max + 1` for more than `max`.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { editDistance } from "./edit_distance.ts";
 *
 * strictEqual(editDistance("raed", { to: "read", max: 2 }), 1);
 * strictEqual(editDistance("read", { to: "write", max: 2 }), 3);
 * ```
 */
export function editDistance(
  from: string,
  { to, max }: { readonly to: string; readonly max: number },
): number {
  const width = to.length;
  if (Math.abs(from.length - width) > max) return max + 1;
  const rows = [new Uint8Array(width + 1), new Uint8Array(width + 1), new Uint8Array(width + 1)];
  let [twoBack, before, now] = [rows[0], rows[1], rows[2]];
  if (twoBack === undefined || before === undefined || now === undefined) return max + 1;
  for (let j = 0; j <= width; j++) before[j] = j;
  for (let i = 1; i <= from.length; i++) {
    let least = now[0] = i;
    const letter = from.charCodeAt(i - 1);
    for (let j = 1; j <= width; j++) {
      const other = to.charCodeAt(j - 1);
      let cost = Math.min(
        at(before, j) + 1,
        at(now, j - 1) + 1,
        at(before, j - 1) + (letter === other ? 0 : 1),
      );
      const isSwap = i > 1 && j > 1 && letter === to.charCodeAt(j - 2) &&
        from.charCodeAt(i - 2) === other;
      if (isSwap) cost = Math.min(cost, at(twoBack, j - 2) + 1);
      now[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > max) return max + 1;
    [twoBack, before, now] = [before, now, twoBack];
  }
  return Math.min(at(before, width), max + 1);
}

function at(row: Uint8Array, index: number): number {
  return row[index] ?? 0;
}
