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

/** Whether the value of a secret setting holds no secret: a URL without any password or token. */
export function isOpen(setting: Setting, value: unknown): boolean {
  if (setting.url === undefined || typeof value !== "string") return false;
  const urls = setting.url.several ? value.split(",") : [value];
  return urls.every((text) => {
    const url = URL.parse(text.trim());
    return url !== null && url.href === maskUrl(text) && url.password === "" && url.username === "";
  });
}

/** The value of a setting as it may be shown. */
export function maskValue({ secret, url }: Setting, value: unknown): unknown {
  if (!secret || value === undefined) return value;
  if (url === undefined || typeof value !== "string") return MASK;
  return url.several ? value.split(",").map(maskUrl).join(",") : maskUrl(value);
}
