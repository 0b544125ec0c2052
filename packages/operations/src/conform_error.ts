/**
 * What of a handler's failure its caller may see.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { isImportedCode, traitsOf } from "./call_codes.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { FromSchema } from "./from_schema.ts";
import type { ErrorDefinition, OperationSpec } from "./types.ts";
import { validatorOf } from "./validator.ts";

const log = getLogger("operations:call");
const converted = new WeakMap<object, TSchema>();

function schemaOf({ schema }: ErrorDefinition): TSchema | undefined {
  if (KindGuard.IsSchema(schema)) return schema;
  if (typeof schema !== "object" || schema === null) return undefined;
  const known = converted.get(schema) ?? FromSchema(schema);
  converted.set(schema, known);
  return known;
}

function conformDeclared(error: CallError, definition: ErrorDefinition): CallError {
  const schema = schemaOf(definition);
  if (error.details === undefined || schema === undefined) return error;
  if (validatorOf(schema).check(error.details)) return error;
  log.warn("details do not fit the declared error", { code: error.code });
  const { code, message, retryable } = error;
  return new CallError(code, message, undefined, { retryable, cause: error });
}

/**
 * A failure as the operation promised it: declared codes with details that fit, protocol codes, and
 * nothing else. An error that was not meant for callers keeps its text to itself; it is the cause.
 */
export function conformError(error: unknown, spec: OperationSpec): CallError {
  const operation = `${spec.namespace}.${spec.name}`;
  if (!(error instanceof CallError)) {
    log.error("handler failed", { operation, error });
    return new CallError(InfrastructureErrorCode.EXECUTION_ERROR, "internal error", undefined, {
      cause: error,
    });
  }
  const { code } = error;
  if (traitsOf(code) !== undefined || isImportedCode(code)) return error;
  const definition = spec.errorSchemas?.find((declared) => declared.code === code);
  if (definition !== undefined) return conformDeclared(error, definition);
  log.warn("handler failed with an undeclared code", { operation, code });
  return new CallError(InfrastructureErrorCode.EXECUTION_ERROR, error.message, { code }, {
    cause: error,
  });
}
