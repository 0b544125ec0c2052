import { Refusal } from "./refusal.ts";

/** Largest head of a request, in characters, where nothing else is said. */
export const MAX_HEAD_CHARS = 16 * 1024;

/**
 * Bounds what a request says before its body.
 *
 * @throws {Refusal} 431.
 */
export function checkHead(headers: Headers, maxChars: number): void {
  let chars = 0;
  headers.forEach((value, name) => {
    chars += name.length + value.length + ": \r\n".length;
  });
  if (chars > maxChars) throw new Refusal(431, { message: "the headers are too large" });
}
