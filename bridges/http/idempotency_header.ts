import { type HeaderSource, Refusal } from "../gateway/mod.ts";

const KEY = /^[\x21-\x7e]{1,120}$/;

/**
 * The key of the header `Idempotency-Key`, bare or in the quotes of a structured field.
 *
 * @throws {Refusal} 400 for one that is none.
 */
export function idempotencyKeyOf(headers: HeaderSource): string | undefined {
  const value = headers.get("idempotency-key");
  if (value === null) return undefined;
  const key = /^"([^"\\]*)"$/.exec(value)?.[1] ?? value;
  if (KEY.test(key)) return key;
  throw new Refusal(400, { message: "an Idempotency-Key has 1 to 120 visible ASCII characters" });
}
