/**
 * Hides the secrets of a configuration.
 *
 * @module
 */
import type { Setting } from "./settings.ts";

/** Stands where a secret was. */
export const MASK = "***";

const SECRET_PARAMETER = /pass|secret|token|key|cred/i;

function maskUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null) return MASK;
  // A name without a password is a token where NATS is concerned.
  if (url.password !== "") url.password = MASK;
  else if (url.username !== "") url.username = MASK;
  for (const name of new Set(url.searchParams.keys())) {
    if (SECRET_PARAMETER.test(name)) url.searchParams.set(name, MASK);
  }
  return url.href;
}

/** The value of a setting as it may be shown. */
export function maskValue({ secret, url }: Setting, value: unknown): unknown {
  if (!secret || value === undefined) return value;
  if (url === undefined || typeof value !== "string") return MASK;
  return url.several ? value.split(",").map(maskUrl).join(",") : maskUrl(value);
}
