/**
 * Lines and columns.
 *
 * @module
 */

/** Gives the line and column of an offset, both from 1. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1, lineStart = 0;
  for (;;) {
    const newline = text.indexOf("\n", lineStart);
    if (newline === -1 || newline >= offset) break;
    line++;
    lineStart = newline + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
