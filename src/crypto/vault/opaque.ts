/** An object of which nothing is shown but a name, however it is written down. */
export abstract class Opaque {
  readonly #shown: string;

  constructor(shown: string) {
    this.#shown = shown;
  }

  /** Shows that there is one. */
  toJSON(): string {
    return this.#shown;
  }

  /** Shows that there is one. */
  toString(): string {
    return this.#shown;
  }

  /** What Node and Bun show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#shown;
  }

  /** What Deno shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.#shown;
  }
}
