/**
 * A checksum for tokens: it tells a mistyped or cut token from an unknown one, and a scanner that a
 * text is one of ours. It protects nothing.
 *
 * @module
 */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const POLYNOMIAL = 0xedb88320;

/** Length of every checksum. */
export const CHECKSUM_LENGTH = 6;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** CRC-32 of an ASCII text, in base 62. */
export function checksumOf(text: string): string {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc = (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ crc >>> 8;
  }
  let rest = (crc ^ 0xffffffff) >>> 0, digits = "";
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
