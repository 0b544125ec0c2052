/**
 * The failures that the core itself produces, and those that it makes of what was thrown.
 *
 * @module
 */
import type { CallErrorInfo } from "../schema/call.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** What can be stored of an error's details. */
function plainDetails(details: unknown): unknown {
  if (details instanceof Error) return { name: details.name, message: details.message };
  try {
    const text = JSON.stringify(details);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Circular, or a bigint: the state must stay serialisable, so the text has to do.
    return String(details);
  }
}

/** Brings whatever was thrown into one form. */
export function normaliseError(thrown: unknown): CallErrorInfo {
  const isError = thrown instanceof Error;
  if (isRecord(thrown) && typeof thrown.code === "string") {
    const message = typeof thrown.message === "string" ? thrown.message : thrown.code;
    const details = plainDetails(thrown.details);
    return { code: thrown.code, message, ...(details !== undefined && { details }) };
  }
  if (isError) return { code: "EXECUTION_ERROR", message: thrown.message };
  return { code: "UNKNOWN_ERROR", message: describe(thrown) };
}

function describe(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  const plain = plainDetails(thrown);
  return plain === undefined ? String(thrown) : JSON.stringify(plain);
}

/** A node that cannot run because something before it did not complete. */
export function blockedError(id: string, cause: string): CallErrorInfo {
  return {
    code: "BLOCKED",
    message: `Cannot run ${id}: ${cause} did not complete`,
    details: { cause },
  };
}

/** The node that a blocked node names as its cause. */
export function causeOf(error: CallErrorInfo | undefined): string | undefined {
  if (error?.code !== "BLOCKED" || !isRecord(error.details)) return undefined;
  return typeof error.details.cause === "string" ? error.details.cause : undefined;
}
