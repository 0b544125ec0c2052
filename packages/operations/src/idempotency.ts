/**
 * Keys by which a request that is sent again is known to be the same.
 *
 * An operation declares that it takes one by a property of its input schema that says
 * `"x-idempotency-key": true`. The declaration is part of the schema, so that it travels to whoever
 * reads the schema.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "./error.ts";
import type { OperationSpec } from "./types.ts";

/** The keyword by which a property is declared to take the key. */
export const IDEMPOTENCY_KEYWORD = "x-idempotency-key";

const KEY = /^[\x21-\x7e]{1,128}$/;

/** The input property that takes the key; `undefined` for an operation that takes none. */
export function idempotencyProperty({ inputSchema }: OperationSpec): string | undefined {
  return Object.entries(inputSchema.properties ?? {}).find(([, property]) =>
    isObject(property) && property[IDEMPOTENCY_KEYWORD] === true
  )?.[0];
}

/**
 * The input with the key put where the operation takes it. A query needs none: it can be sent again
 * anyway.
 *
 * @throws {CallError} `VALIDATION_ERROR` where the key would not be heeded, or the input says another.
 */
export function withIdempotencyKey(
  input: unknown,
  { key, spec }: { readonly key: string; readonly spec: OperationSpec },
): unknown {
  if (!KEY.test(key)) throw refuse("an idempotency key has 1 to 128 visible ASCII characters");
  if (spec.type === "query") return input;
  const property = idempotencyProperty(spec);
  if (property === undefined) throw refuse("this operation takes no idempotency key");
  if (!isObject(input)) return input;
  const said = Object.hasOwn(input, property) ? input[property] : undefined;
  if (said !== undefined && said !== key) throw refuse(`the input names another ${property}`);
  return { ...input, [property]: key };
}

function refuse(message: string): CallError {
  return new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message, {
    reason: "idempotency_key",
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
