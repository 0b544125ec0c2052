/**
 * What commands say to people. Logs go to standard error; this is standard output.
 *
 * @module
 */
const encoder = new TextEncoder();

/** Prints lines on standard output. */
export function print(...lines: readonly string[]): void {
  writeAll(Deno.stdout, lines);
}

/** Prints lines on standard output, and says whether somebody still reads them. */
export function offer(...lines: readonly string[]): boolean {
  return writeAll(Deno.stdout, lines);
}

/** Prints lines on standard error. */
export function printError(...lines: readonly string[]): void {
  writeAll(Deno.stderr, lines);
}

/** Marks text for a terminal; leaves it alone elsewhere and where colours are not wanted. */
export function style(text: string, name: "bold" | "dim" | "red" | "green" | "yellow"): string {
  if (Deno.noColor || !Deno.stdout.isTerminal()) return text;
  const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
  return `\x1b[${codes[name]}m${text}\x1b[0m`;
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, lines: readonly string[]): boolean {
  const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(""));
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    // The reader went away (`hub … | head`): there is nobody to tell.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return false;
  }
}
