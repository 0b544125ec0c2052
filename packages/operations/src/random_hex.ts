/**
 * Random digits, made many at a time: one call of the platform costs more than hundreds of digits.
 *
 * @module
 */

const POOL_BYTES = 1024;
const DIGITS = new TextEncoder().encode("0123456789abcdef");
const ZERO = 0x30;
const decoder = new TextDecoder();

let pool = "";
let used = 0;

/** So many random digits; never zeros alone. They tell things apart, no more. */
export function randomHex(digits: number): string {
  if (used + digits > pool.length) {
    pool = refill();
    used = 0;
  }
  const taken = pool.slice(used, used += digits);
  return taken.charCodeAt(0) !== ZERO || /[^0]/.test(taken) ? taken : randomHex(digits);
}

function refill(): string {
  const bytes = new Uint8Array(POOL_BYTES);
  // Some platforms offer nothing for it; what only tells things apart may then be less random.
  if (typeof globalThis.crypto?.getRandomValues === "function") crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => bytes[at] = Math.random() * 256);
  // As bytes, and a text only of all of them: that takes a tenth of the time of joining texts.
  const digits = new Uint8Array(2 * POOL_BYTES);
  for (let at = 0; at < POOL_BYTES; at++) {
    const byte = bytes[at] ?? 0;
    digits[2 * at] = DIGITS[byte >> 4] ?? 0;
    digits[2 * at + 1] = DIGITS[byte & 15] ?? 0;
  }
  return decoder.decode(digits);
}
