/**
 * Tables as the formatter wants them.
 *
 * @module
 */

/**
 * Writes a table whose columns are as wide as their widest cell.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(renderTable(["A", "B"], [["a|b", "c"]]), "| A    | B |\n| ---- | - |\n| a\\|b | c |\n");
 * ```
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = rows.map((row) => row.map((text) => text.replaceAll("|", "\\|")));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return `${[head, rule, ...cells].map(line).join("\n")}\n`;
}
