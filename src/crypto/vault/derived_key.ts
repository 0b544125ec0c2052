/**
 * A key that was derived from the seed.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Bytes, decodeBase64, encodeBase64, forget } from "../bytes.ts";
import { VaultError } from "./vault_error.ts";

const REDACTED = "[REDACTED]";

/** What a key is for. */
export const KeyType = Type.Union([
  Type.Literal("Ed25519"),
  Type.Literal("Aes256Gcm"),
  Type.Literal("Secp256k1"),
]);
/** What a key is for. */
export type KeyType = Static<typeof KeyType>;

const SerializedKey = Type.Object({
  keyType: KeyType,
  privateKey: Type.String(),
  publicKey: Type.String(),
});

/** The parts of a key; they become the key's own. */
export interface KeyParts {
  readonly keyType: KeyType;
  readonly privateKey: Bytes;
  readonly publicKey: Bytes;
}

/** A derived key. Whoever asked for it disposes of it, which overwrites its private bytes. */
export class DerivedKey implements Disposable {
  readonly keyType: KeyType;
  readonly #privateKey: Bytes;
  readonly publicKey: Bytes;

  constructor({ keyType, privateKey, publicKey }: KeyParts) {
    this.keyType = keyType;
    this.#privateKey = privateKey;
    this.publicKey = publicKey;
    Object.freeze(this);
  }

  /**
   * Reads a key in base64 of both halves.
   *
   * @throws {VaultError} `Derivation`, also for a key as {@linkcode DerivedKey.toJSON} writes it.
   */
  static fromJSON(value: unknown): DerivedKey {
    const bad = (why: string) => new VaultError("Derivation", `Cannot read a key: ${why}`);
    if (!Value.Check(SerializedKey, value)) throw bad("expected keyType, privateKey and publicKey");
    if (value.privateKey === REDACTED) throw bad("its private half has been left out");
    const privateKey = decodeBase64(value.privateKey);
    const publicKey = decodeBase64(value.publicKey);
    if (privateKey?.length !== 32 || publicKey === undefined) throw bad("expected base64");
    return new DerivedKey({ keyType: value.keyType, privateKey, publicKey });
  }

  /** The bytes themselves, not a copy: zeros once the key is disposed of. */
  get privateKey(): Bytes {
    return this.#privateKey;
  }

  /** Overwrites the private half. */
  dispose(): void {
    forget(this.#privateKey);
  }

  /** Overwrites the private half. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Leaves the private half out. */
  toJSON(): Static<typeof SerializedKey> {
    const { keyType } = this;
    return { keyType, privateKey: REDACTED, publicKey: encodeBase64(this.publicKey) };
  }

  /** Leaves the private half out. */
  toString(): string {
    return `DerivedKey ${JSON.stringify(this)}`;
  }

  /** What Node and Bun show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What Deno shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
