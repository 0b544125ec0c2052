/**
 * Random digits, made many at a time: one call of the platform costs more than hundreds of digits.
 *
 * @module
 */

const POOL_BYTES = 1024;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

let pool = "";
let used = 0;

/** So many random digits; never zeros alone. They tell things apart, no more. */
export function randomHex(digits: number): string {
  if (used + digits > pool.length) {
    pool = refill();
    used = 0;
  }
  const taken = pool.slice(used, used += digits);
  return /[^0]/.test(taken) ? taken : randomHex(digits);
}

function refill(): string {
  const bytes = new Uint8Array(POOL_BYTES);
  // Some platforms offer nothing for it; what only tells things apart may then be less random.
  if (typeof globalThis.crypto?.getRandomValues === "function") crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => bytes[at] = Math.random() * 256);
  return Array.from(bytes, (byte) => HEX[byte]).join("");
}
