/**
 * Measures JSON text before anything is built from it.
 *
 * @module
 */
import type { WireLimits } from "./limits.ts";

/** What a scan found. It does not check the grammar: that is the parser's work. */
export interface Scan {
  /** The first bound that is broken. */
  readonly fault: "depth" | "members" | "items" | undefined;
  /** Whether that was outside of every member: the envelope itself is too large. */
  readonly faultAtTop: boolean;
  /** JSON text of the outermost object's `id` and `type`, where they are strings. */
  readonly id: string | undefined;
  readonly type: string | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Index of the quote that ends the string which begins at `start`; the end of the text if none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

class Scanner {
  readonly #limits: WireLimits;
  /** Commas seen in each open container; bounded by the depth, however deep the text goes. */
  readonly #commas: Uint32Array;
  readonly #isArray: Uint8Array;
  #depth = 0;
  #key: string | undefined;
  #lastString: string | undefined;
  fault: Scan["fault"];
  faultAtTop = false;
  readonly found: Map<string, string> = new Map();

  constructor(limits: WireLimits) {
    this.#limits = limits;
    this.#commas = new Uint32Array(limits.depth + 1);
    this.#isArray = new Uint8Array(limits.depth + 1);
  }

  open(isArray: boolean): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) return this.#fail("depth");
    this.#commas[this.#depth] = 0;
    this.#isArray[this.#depth] = isArray ? 1 : 0;
  }

  close(): void {
    this.#endMember();
    this.#depth -= 1;
  }

  comma(): void {
    this.#endMember();
    const depth = this.#depth;
    if (depth < 1 || depth > this.#limits.depth) return;
    const commas = (this.#commas[depth] ?? 0) + 1;
    this.#commas[depth] = commas;
    const isArray = this.#isArray[depth] === 1;
    const most = isArray ? this.#limits.items : this.#limits.members;
    if (commas >= most) this.#fail(isArray ? "items" : "members");
  }

  colon(): void {
    if (this.#depth === 1) this.#key = this.#lastString;
    this.#lastString = undefined;
  }

  /** A string, as its JSON text; only those of the envelope matter. */
  string(text: string, start: number, end: number): void {
    if (this.#depth === 1) this.#lastString = text.slice(start, end + 1);
  }

  #endMember(): void {
    if (this.#depth !== 1) return;
    if (this.#key !== undefined && this.#lastString !== undefined) {
      this.found.set(this.#key, this.#lastString);
    }
    this.#key = undefined;
    this.#lastString = undefined;
  }

  #fail(fault: NonNullable<Scan["fault"]>): void {
    if (this.fault !== undefined) return;
    this.fault = fault;
    this.faultAtTop = this.#depth <= 1;
  }
}

const SOUND: Scan = Object.freeze({
  fault: undefined,
  faultAtTop: false,
  id: undefined,
  type: undefined,
});

/** Whether the text is too small to break a bound, which nearly all are; found out without a scan. */
function cannotBreak(text: string, { depth, members, items }: WireLimits): boolean {
  // Each member and each item takes a character at least, each level an opening bracket.
  if (text.length > members || text.length > items) return false;
  let opened = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++opened > depth) return false;
    }
  }
  return true;
}

/**
 * Scans `text` once, with memory that depends on the limits alone. Of a text that breaks no bound it
 * says nothing else.
 */
export function scanJson(text: string, limits: WireLimits): Scan {
  if (cannotBreak(text, limits)) return SOUND;
  const scanner = new Scanner(limits);
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE: {
        const end = endOfString(text, index);
        scanner.string(text, index, end);
        index = end;
        break;
      }
      case OPEN_OBJECT:
        scanner.open(false);
        break;
      case OPEN_ARRAY:
        scanner.open(true);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        scanner.close();
        break;
      case COMMA:
        scanner.comma();
        break;
      case COLON:
        scanner.colon();
        break;
    }
  }
  const { fault, faultAtTop, found } = scanner;
  return { fault, faultAtTop, id: found.get('"id"'), type: found.get('"type"') };
}
