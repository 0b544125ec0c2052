/** A pattern that matches texts beginning with `text`, whatever signs it holds. */
export function startingWith(text: string): string {
  return `${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
