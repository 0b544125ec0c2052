/**
 * Checks of values against TypeBox schemas, and how their results are written.
 *
 * @module
 */
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { validatorOf } from "./validator.ts";

/** Writes one line per error. */
export function formatValueErrors(
  errors: Iterable<{ path: string; message: string }>,
  indent = "  - ",
): string {
  return Array.from(errors, ({ path, message }) => `${indent}${path}: ${message}`).join("\n");
}

function suffix(context: string | undefined): string {
  return context ? ` for ${context}` : "";
}

/**
 * Passes for a TypeBox schema.
 *
 * @throws {Error} if `schema` is anything else, such as a plain JSON Schema.
 */
export function assertIsSchema(schema: unknown, context?: string): void {
  if (!KindGuard.IsSchema(schema)) {
    throw new Error(`Not a valid TypeBox schema${suffix(context)}`);
  }
}

/**
 * Passes for a value that fits, as it is: nothing is filled in, converted or removed.
 *
 * @throws {CallError} `VALIDATION_ERROR` if it does not fit.
 */
export function validateOrThrow(schema: TSchema, value: unknown, context?: string): void {
  const validator = validatorOf(schema);
  if (validator.check(value)) return;
  const errors = validator.mismatches(value);
  throw new CallError(
    InfrastructureErrorCode.VALIDATION_ERROR,
    `Validation failed${suffix(context)}:\n${formatValueErrors(errors)}`,
    { errors },
  );
}

/** Where `value` differs from `schema`; empty if it fits. */
export function collectErrors(
  schema: TSchema,
  value: unknown,
): Array<{ path: string; message: string }> {
  const validator = validatorOf(schema);
  return validator.check(value) ? [] : validator.mismatches(value);
}
