/**
 * Secrets that a handler may use for its own outward calls, kept from leaking by accident.
 *
 * @module
 */

const REDACTED = "[capabilities]";

/** Signs with a key that it keeps to itself. */
export type Signer = (bytes: Uint8Array) => Promise<Uint8Array>;

/**
 * A class whose objects have no members of their own that could be listed or copied: structured clone
 * refuses a proxy, whatever is behind it, and private fields lie on the proxy itself.
 */
class Unclonable {
  constructor() {
    return new Proxy(Object.create(new.target.prototype), {});
  }
}

/**
 * Named secrets. They can be asked for one by one and in no other way: writing them as JSON or cloning
 * them throws, inspecting them shows nothing, and a copy of their members has none.
 *
 * @example
 * ```ts
 * import { strictEqual, throws } from "node:assert/strict";
 * import { Capabilities } from "@alkdev/operations";
 *
 * const capabilities = new Capabilities({ weather: "s3cret" });
 * strictEqual(await capabilities.use("weather", (secret) => Promise.resolve(secret.length)), 6);
 * throws(() => JSON.stringify({ capabilities }));
 * ```
 */
export class Capabilities extends Unclonable {
  /** The empty set. */
  // By `this`: the compiler of the npm package takes the class's own name for one that is not there yet.
  static readonly none: Capabilities = new this({});

  readonly #secrets: ReadonlyMap<string, string>;
  readonly #signers: ReadonlyMap<string, Signer>;

  /** Takes a copy of `secrets`, by the name of the service that each is for. */
  constructor(
    secrets: Readonly<Record<string, string>>,
    signers: Readonly<Record<string, Signer>> = {},
  ) {
    super();
    this.#secrets = new Map(Object.entries(secrets));
    this.#signers = new Map(Object.entries(signers));
    Object.freeze(this);
  }

  /** Whether there is a secret or a signer of that name. */
  has(name: string): boolean {
    return this.#secrets.has(name) || this.#signers.has(name);
  }

  /** The secret for a service; `use` keeps it for a shorter while. */
  get(service: string): string | undefined {
    return this.#secrets.get(service);
  }

  /**
   * Hands one secret to `work`.
   *
   * @throws {TypeError} if there is none of that name.
   */
  async use<T>(name: string, work: (secret: string) => Promise<T>): Promise<T> {
    const secret = this.#secrets.get(name);
    if (secret === undefined) throw new TypeError(`Cannot use "${name}": it is not granted`);
    return await work(secret);
  }

  /**
   * Signs with the key of that name, which stays where it is.
   *
   * @throws {TypeError} if there is none of that name.
   */
  async sign(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    const sign = this.#signers.get(name);
    if (sign === undefined) throw new TypeError(`Cannot sign with "${name}": it is not granted`);
    return await sign(bytes);
  }

  /** The services that there is a secret for, and the names of the signers. */
  names(): string[] {
    return [...this.#secrets.keys(), ...this.#signers.keys()];
  }

  /** These with an API key more. */
  withApiKey(name: string, token: string): Capabilities {
    return this.#with({ secrets: { [name]: token } });
  }

  /** These with a bearer token more. */
  withHttpToken(name: string, token: string): Capabilities {
    return this.#with({ secrets: { [name]: token } });
  }

  /** These with a signer more. */
  withSigner(name: string, sign: Signer): Capabilities {
    return this.#with({ signers: { [name]: sign } });
  }

  /** Those of the `names` that are here, and no others. */
  narrow(names: readonly string[]): Capabilities {
    const only = <T>(held: ReadonlyMap<string, T>) =>
      Object.fromEntries([...held].filter(([name]) => names.includes(name)));
    return new Capabilities(only(this.#secrets), only(this.#signers));
  }

  /** These and, where they have nothing of that name, the `names` that `parent` has. */
  inheriting(parent: Capabilities, names: readonly string[]): Capabilities {
    if (names.length === 0) return this;
    const taken = parent.narrow(names.filter((name) => !this.has(name)));
    if (taken.names().length === 0) return this;
    return taken.#with({
      secrets: Object.fromEntries(this.#secrets),
      signers: Object.fromEntries(this.#signers),
    });
  }

  #with(
    { secrets = {}, signers = {} }: {
      readonly secrets?: Readonly<Record<string, string>>;
      readonly signers?: Readonly<Record<string, Signer>>;
    },
  ): Capabilities {
    return new Capabilities(
      { ...Object.fromEntries(this.#secrets), ...secrets },
      { ...Object.fromEntries(this.#signers), ...signers },
    );
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
  override toString(): string {
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
