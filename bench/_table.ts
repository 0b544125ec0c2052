/** Tables of Markdown, and the figures in them. */

/** A table; the first row is its head. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");
}

/** Two digits that count, three from a hundred on. */
export function round(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

/** The same for larger numbers, with commas. */
export function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
