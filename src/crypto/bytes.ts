/**
 * Bytes, their text forms, and forgetting them.
 *
 * @module
 */

/** Bytes of our own, as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Standard base64 with padding, in its only spelling: the decoder would also take white space and
 * stray bits at the end, and two spellings of one envelope could then be told apart by nobody.
 */
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** Bytes from the operating system's generator. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Overwrites bytes with zeros. Copies that the runtime has made are out of reach. */
export function forget(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** Reads base64 in its one canonical spelling; undefined for anything else. */
export function decodeBase64(text: string): Bytes | undefined {
  return BASE64.test(text) ? Uint8Array.fromBase64(text) : undefined;
}

/** Writes standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/** The UTF-8 bytes of `text`; undefined for halves of characters, which would not come back. */
export function encodeUtf8(text: string): Bytes | undefined {
  return text.isWellFormed() ? new TextEncoder().encode(text) : undefined;
}

/** Several, one after the other. */
export function joinBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
