/**
 * A secret that is kept to be compared with, and not to be read: it lies in memory under a random
 * mask, so that no search through a crash dump finds it. Who can read the whole memory and knows
 * where to look finds both; against them nothing in the process helps.
 */
export class MaskedText {
  readonly #mask: Uint8Array;
  readonly #masked: Uint8Array;

  /** Takes a text of ASCII characters. */
  constructor(text: string) {
    this.#mask = crypto.getRandomValues(new Uint8Array(text.length));
    this.#masked = this.#mask.map((byte, at) => byte ^ text.charCodeAt(at));
  }

  /** Whether it is that text, in a time that does not tell where they differ. */
  equals(text: string): boolean {
    const mask = this.#mask, masked = this.#masked;
    if (text.length !== mask.length) return false;
    let difference = 0;
    for (let at = 0; at < mask.length; at++) {
      difference |= text.charCodeAt(at) ^ (mask[at] ?? 0) ^ (masked[at] ?? 0);
    }
    return difference === 0;
  }
}
