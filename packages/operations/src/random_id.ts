/**
 * Ids of requests.
 *
 * @module
 */

/** What a platform offers for it: some only on secure pages, some (Node 18) nothing at all. */
type Platform = { readonly crypto?: Partial<Pick<Crypto, "randomUUID" | "getRandomValues">> };

const BYTES = 16;

function randomBytes({ crypto }: Platform): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  if (typeof crypto?.getRandomValues === "function") return crypto.getRandomValues(bytes);
  // An id tells requests apart. It is no secret and opens nothing, so this is random enough.
  return bytes.map(() => Math.random() * 256);
}

/** A UUID of version 4. */
export function randomId(platform: Platform = globalThis): string {
  if (typeof platform.crypto?.randomUUID === "function") return platform.crypto.randomUUID();
  const hex = Array.from(randomBytes(platform), (byte, index) => {
    const fixed = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return fixed.toString(16).padStart(2, "0");
  }).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
