/**
 * Why an effect did not work, as a machine remembers it.
 *
 * @module
 */

/** In the words of whoever says so. */
export interface Problem {
  /** To branch on; empty where there is none. */
  readonly code: string;
  readonly message: string;
}

/**
 * What is remembered of what an effect threw: an error comes as a plain value, whatever it was.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(problemOf({ code: 401, message: "no" }), { code: "401", message: "no" });
 * deepStrictEqual(problemOf("gone"), { code: "", message: "gone" });
 * ```
 */
export function problemOf(error: unknown): Problem {
  const { code, message } = fieldsOf(error);
  return { code: code === undefined ? "" : String(code), message: String(message ?? error) };
}

function fieldsOf(error: unknown): { readonly code?: unknown; readonly message?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}
