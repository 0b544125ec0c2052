/**
 * Secrets that a handler may use for its own outward calls, kept from leaking by accident.
 *
 * @module
 */

const REDACTED = "[capabilities]";

/**
 * Named secrets. They can be asked for one by one and in no other way: writing one as JSON or cloning
 * it throws, and inspecting one shows nothing.
 *
 * @example
 * ```ts
 * import { strictEqual, throws } from "node:assert/strict";
 * import { Capabilities } from "@alkdev/operations";
 *
 * const capabilities = new Capabilities({ weather: "s3cret" });
 * strictEqual(capabilities.get("weather"), "s3cret");
 * throws(() => JSON.stringify({ capabilities }));
 * ```
 */
export class Capabilities {
  /** The empty set. */
  static readonly none: Capabilities = new Capabilities({});

  readonly #secrets: ReadonlyMap<string, string>;
  /** An own function makes structured clone refuse the whole object. */
  readonly get: (service: string) => string | undefined;

  /** Takes a copy of `secrets`, by the name of the service that each is for. */
  constructor(secrets: Readonly<Record<string, string>>) {
    const held = new Map(Object.entries(secrets));
    this.#secrets = held;
    this.get = (service) => held.get(service);
    Object.freeze(this);
  }

  /** The services that there is a secret for. */
  names(): string[] {
    return [...this.#secrets.keys()];
  }

  /** These and, where they have no secret of that name, the `names` that `parent` has. */
  inheriting(parent: Capabilities, names: readonly string[]): Capabilities {
    const taken = names.flatMap((name) => {
      const secret = parent.get(name);
      return secret === undefined ? [] : [[name, secret] as const];
    });
    return taken.length === 0
      ? this
      : new Capabilities(Object.fromEntries([...taken, ...this.#secrets]));
  }

  /**
   * Refuses, so that no secret gets into a message or a log.
   *
   * @throws {TypeError} always.
   */
  toJSON(): never {
    throw new TypeError("Cannot write capabilities as JSON: they hold secrets");
  }

  /** Shows that they are capabilities, and no more. */
  toString(): string {
    return REDACTED;
  }

  /** What Node and Bun show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }

  /** What Deno shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return REDACTED;
  }
}
