import { createHash } from "node:crypto";

/** Tells versions of an import apart; the same text under two namespaces is not the same. */
export function importHash(namespace: string, text: string): string {
  return createHash("sha256").update(`${namespace}\n${text}`).digest("hex").slice(0, 32);
}
