/**
 * What becomes of a handler's result: dispatch refuses what does not fit its schema, the library's
 * older API bends it.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard } from "@sinclair/typebox";
import { castTo } from "./cast.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { bareValue } from "./invocation.ts";
import { isResponseEnvelope, localEnvelope, type ResponseEnvelope } from "./response-envelope.ts";
import type { OperationSpec } from "./types.ts";
import { validatorOf } from "./validator.ts";

const log = getLogger("operations:registry");

function withData(envelope: ResponseEnvelope, data: unknown): ResponseEnvelope {
  if (Object.isFrozen(envelope)) return { ...envelope, data };
  envelope.data = data;
  return envelope;
}

/** The result in its envelope, cast to the output schema; a mismatch is logged and never refused. */
export function castEnvelope(
  { id, spec }: { readonly id: string; readonly spec: OperationSpec },
  result: unknown,
): ResponseEnvelope {
  const envelope = isResponseEnvelope(result) ? result : localEnvelope(result, id);
  const { outputSchema } = spec;
  if (KindGuard.IsUnknown(outputSchema)) return envelope;
  const validator = validatorOf(outputSchema);
  // A value that fits would come back from the cast as it is.
  if (validator.check(envelope.data)) return envelope;
  log.warn("output does not fit its schema", {
    operation: id,
    errors: validator.mismatches(envelope.data),
  });
  return withData(envelope, castTo(outputSchema, envelope.data));
}

/**
 * The bare value of a result that fits its schema.
 *
 * @throws {CallError} `EXECUTION_ERROR` if it does not; the value is withheld.
 */
export function checkOutput(
  { id, spec }: { readonly id: string; readonly spec: OperationSpec },
  result: unknown,
): unknown {
  const value = bareValue(result);
  const { outputSchema } = spec;
  if (KindGuard.IsUnknown(outputSchema) || validatorOf(outputSchema).check(value)) return value;
  log.error("output does not fit its schema", {
    operation: id,
    errors: validatorOf(outputSchema).mismatches(value),
  });
  throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, "internal error");
}
