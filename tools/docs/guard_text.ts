/**
 * Guards as a reader would say them.
 *
 * @module
 */

/**
 * Spells a guard: by its name, composed with words, or "…" where it has none.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { and, not } from "xstate";
 *
 * strictEqual(guardText("isOpen"), "isOpen");
 * strictEqual(guardText(and(["isOpen", not("isLate")])), "isOpen and not isLate");
 * strictEqual(guardText(() => true), "…");
 * ```
 */
export function guardText(guard: unknown): string {
  if (typeof guard === "string") return guard;
  if (typeof guard === "object" && guard !== null && "type" in guard) return String(guard.type);
  if (typeof guard !== "function") return "…";
  // How XState keeps what and(), or() and not() were given.
  const parts = "guards" in guard && Array.isArray(guard.guards) ? guard.guards.map(inner) : [];
  if (guard.name === "not") return `not ${parts.join(" ")}`;
  if (parts.length > 0) return parts.join(guard.name === "or" ? " or " : " and ");
  const isNamed = !["", "guard"].includes(guard.name);
  return isNamed ? guard.name : "…";
}

/** In brackets where it is composed itself. */
function inner(guard: unknown): string {
  const text = guardText(guard);
  return / (?:and|or) /.test(text) ? `(${text})` : text;
}
