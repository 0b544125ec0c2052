/**
 * Tables for people: columns as wide as what stands in them.
 *
 * @module
 */
import { safeText } from "./actor_text.ts";
import { style } from "./output.ts";

/** How one column is shown. */
export interface Column {
  readonly name: string;
  readonly style?: Parameters<typeof style>[1];
}

/** How a table is shown. */
export interface TableOptions {
  /** Characters of a line; what is longer is cut. None: nothing is. */
  readonly width?: number | undefined;
  /** Whether the columns' names stand above them. */
  readonly names: boolean;
}

const GAP = "  ";

/** How tables are shown where this process prints: for a program, nothing is cut and nothing added. */
export function tableOptions(): TableOptions {
  if (!Deno.stdout.isTerminal()) return { names: false };
  return { names: true, width: Deno.consoleSize().columns };
}

/** The lines of a table. What comes from elsewhere does nothing to a terminal but show itself. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, names }: TableOptions = tableOptions(),
): string[] {
  const cells = rows.map((row) => row.map(safeText));
  const head = names && rows.length > 0 ? [columns.map(({ name }) => name)] : [];
  const widths = columns.map((_, at) => {
    const lengths = [...head, ...cells].map((row) => lengthOf(row[at] ?? ""));
    return Math.max(0, ...lengths);
  });
  const line = (row: readonly string[], styleOf: (at: number) => Column["style"]): string => {
    let left = width ?? Infinity;
    return row.map((cell, at) => {
      const isLast = at === columns.length - 1;
      const padded = isLast ? cell : cell + " ".repeat((widths[at] ?? 0) - lengthOf(cell));
      const shown = cut(padded, left);
      left -= lengthOf(shown) + GAP.length;
      const name = styleOf(at);
      return name === undefined ? shown : style(shown, name);
    }).join(GAP).trimEnd();
  };
  return [
    ...head.map((row) => line(row, () => "dim")),
    ...cells.map((row) => line(row, (at) => columns[at]?.style)),
  ];
}

function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? "" : `${characters.slice(0, width - 1).join("")}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
