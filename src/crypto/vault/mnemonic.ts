/**
 * BIP-39: a phrase of English words that stands for a seed.
 *
 * @module
 */
import { generateMnemonic as generate, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { type Bytes, forget } from "../bytes.ts";
import { Opaque } from "./opaque.ts";
import { VaultError } from "./vault_error.ts";

const BITS_PER_WORDS: Readonly<Record<number, number>> = {
  12: 128,
  15: 160,
  18: 192,
  21: 224,
  24: 256,
};
const MAX_LENGTH = 4096;

/** The phrase as bytes, since bytes can be overwritten. Nothing shows it. */
export class Mnemonic extends Opaque implements Disposable {
  readonly #phrase: Bytes;

  private constructor(phrase: string) {
    super("[REDACTED]");
    this.#phrase = new TextEncoder().encode(phrase);
    Object.freeze(this);
  }

  /**
   * Makes a phrase of 12, 15, 18, 21 or 24 words.
   *
   * @throws {VaultError} `Mnemonic` for another number of words.
   */
  static generate(words: number): Mnemonic {
    const bits = BITS_PER_WORDS[words];
    if (bits === undefined) {
      throw new VaultError("Mnemonic", "Cannot make a phrase: expected 12, 15, 18, 21 or 24 words");
    }
    return new Mnemonic(generate(wordlist, bits));
  }

  /**
   * Reads a phrase, with any white space between its words.
   *
   * @throws {VaultError} `Mnemonic` for a wrong word, number of words or checksum: not which.
   */
  static fromPhrase(phrase: string): Mnemonic {
    const words = phrase.length > MAX_LENGTH
      ? ""
      : phrase.normalize("NFKD").trim().replaceAll(/\s+/g, " ");
    try {
      forget(mnemonicToEntropy(words, wordlist));
    } catch {
      // The library's own words name the word that is wrong.
      throw new VaultError(
        "Mnemonic",
        "Cannot use this phrase: a word, its length or its checksum",
      );
    }
    return new Mnemonic(words);
  }

  /** Derives the seed, which the caller overwrites after use. */
  toSeed(passphrase = ""): Bytes {
    return new Uint8Array(mnemonicToSeedSync(this.reveal(), passphrase));
  }

  /** The phrase itself, to be written down: a string, which nobody can overwrite any more. */
  reveal(): string {
    return new TextDecoder().decode(this.#phrase);
  }

  /** Overwrites the phrase. */
  [Symbol.dispose](): void {
    forget(this.#phrase);
  }
}
