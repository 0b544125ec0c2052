/**
 * Where the frontmatter of a file begins and ends, to the byte.
 *
 * @module
 */

/** Offsets into a text whose frontmatter is complete. */
export interface FrontmatterFrame {
  /** First character after the opening line. */
  readonly dataStart: number;
  /** End of the data, without the newline before the closing line. */
  readonly dataEnd: number;
  /** First character of the closing line. */
  readonly closingStart: number;
  /** First character after the closing line; the end of the text if nothing follows. */
  readonly bodyStart: number;
}

// A fourth dash makes it no marker; whatever else stands on the line does not count.
const OPENING = /^\uFEFF?[ \t]*---(?!-)/;

/** Finds the frontmatter, or gives `null` if there is none or it does not end. */
export function locateFrontmatter(text: string): FrontmatterFrame | null {
  if (!OPENING.test(text)) return null;
  const opened = text.indexOf("\n");
  if (opened === -1) return null;
  const dataStart = opened + 1;
  let line = dataStart;
  while (!(text.startsWith("---", line) && text[line + 3] !== "-")) {
    const newline = text.indexOf("\n", line);
    if (newline === -1) return null;
    line = newline + 1;
  }
  const closed = text.indexOf("\n", line);
  return {
    dataStart,
    dataEnd: Math.max(dataStart, line - 1),
    closingStart: line,
    bodyStart: closed === -1 ? text.length : closed + 1,
  };
}

/** Takes a file apart into its frontmatter and what follows, or gives `null` if it has none. */
export function splitFrontmatter(markdown: string): { data: string; content: string } | null {
  const frame = locateFrontmatter(markdown);
  if (frame === null) return null;
  return {
    data: markdown.slice(frame.dataStart, frame.dataEnd),
    content: markdown.slice(frame.bodyStart),
  };
}
