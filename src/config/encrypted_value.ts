/**
 * Values that a configuration file holds encrypted: `{ "$encrypted": … }` in place of a text.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Setting } from "./settings.ts";

/** The key that marks an encrypted value. */
export const ENCRYPTED_KEY = "$encrypted";

/** An envelope as it stands in the file. Whether it opens is not known here. */
export const EncryptedValue = Type.Object({
  keyVersion: Type.Integer({ minimum: 100 }),
  salt: Type.String(),
  iv: Type.String(),
  data: Type.String(),
});
/** An envelope as it stands in the file. Whether it opens is not known here. */
export type EncryptedValue = Static<typeof EncryptedValue>;

/** An encrypted value, or what is wrong with it. */
export type FoundEncrypted =
  | { readonly ok: true; readonly encrypted: EncryptedValue }
  | { readonly ok: false; readonly message: string };

/** Reads the value of a setting as an encrypted one; undefined when it does not claim to be. */
export function readEncrypted(setting: Setting, value: unknown): FoundEncrypted | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, ENCRYPTED_KEY)) {
    return undefined;
  }
  const envelope: unknown = Reflect.get(value, ENCRYPTED_KEY);
  const refuse = (message: string) => ({ ok: false, message }) as const;
  if (!setting.encryptable) return refuse("this setting cannot be encrypted");
  if (Object.keys(value).length > 1) return refuse(`expected nothing beside "${ENCRYPTED_KEY}"`);
  if (!Value.Check(EncryptedValue, envelope)) {
    return refuse("expected an envelope of keyVersion (100 or more), salt, iv and data");
  }
  const { keyVersion, salt, iv, data } = envelope;
  return { ok: true, encrypted: { keyVersion, salt, iv, data } };
}

/** The pointer of a setting, such as `/postgres/url`. */
export function pointerOf({ keys }: Pick<Setting, "keys">): string {
  return `/${keys.join("/")}`;
}

/** The place to which the envelope of a setting is bound. */
export function contextOf(setting: Pick<Setting, "keys">): string {
  return `config:${pointerOf(setting)}`;
}
