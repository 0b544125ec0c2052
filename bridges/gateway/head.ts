/**
 * What a request says before its body, read once.
 *
 * The runtime fetches each header by itself whenever it is asked for, and in the end all of them; asked
 * for all at once, it does so once.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** Largest head of a request, in characters, where nothing else is said. */
export const MAX_HEAD_CHARS = 16 * 1024;

/** Headers by name, in lower case. */
export type HeaderSource = Pick<Headers, "get">;

/** The headers of a request. */
export class Head implements HeaderSource {
  /** Names and values in turns. There are few: looking through them is faster than a table is made. */
  readonly #entries: string[] = [];
  #chars = 0;

  /** Reads all there are. */
  constructor(headers: Headers) {
    headers.forEach((value, name) => {
      this.#entries.push(name, value);
      this.#chars += name.length + value.length + ": \r\n".length;
    });
  }

  /** The value of a header; `null` for none. */
  get(name: string): string | null {
    for (let at = 0; at < this.#entries.length; at += 2) {
      if (this.#entries[at] === name) return this.#entries[at + 1] ?? null;
    }
    return null;
  }

  /** Whether there is a header. */
  has(name: string): boolean {
    return this.get(name) !== null;
  }

  /**
   * Bounds what is said before a body.
   *
   * @throws {Refusal} 431.
   */
  check(maxChars: number): void {
    if (this.#chars > maxChars) throw new Refusal(431, { message: "the headers are too large" });
  }
}
