/**
 * The one way from a request to a running handler. Every caller passes the same gates in the same
 * order; what differs between callers stands in {@linkcode AdmissionRules}.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { withIdempotencyKey } from "./idempotency.ts";
import type { AnyHandler } from "./registration.ts";
import { isResponseEnvelope } from "./response-envelope.ts";
import type { OperationContext, OperationSpec, OperationType } from "./types.ts";
import { formatValueErrors } from "./validation.ts";
import { validatorOf } from "./validator.ts";

/** An operation as a source found it. */
export interface Target {
  readonly id: string;
  readonly spec: OperationSpec;
  readonly handler: AnyHandler | undefined;
}

/** How one kind of caller is judged. */
export interface AdmissionRules {
  /** @throws {CallError} if the caller may not run the operation. */
  authorize(target: Target, input: unknown): void;
  /** Put into the input, where the operation takes one. */
  readonly idempotencyKey?: string | undefined;
  /** @throws {CallError} if this kind of call cannot answer with that type of operation. */
  checkType(target: Target, type: OperationType): void;
}

/** What a caller hears about an operation that is not there. */
export function notFound(id: string, why = "Operation not found"): CallError {
  return new CallError(InfrastructureErrorCode.OPERATION_NOT_FOUND, `${why}: ${id}`, {
    operationId: id,
  });
}

function checkInput({ id, spec }: Target, input: unknown): void {
  const validator = validatorOf(spec.inputSchema);
  if (validator.check(input)) return;
  const errors = validator.mismatches(input);
  throw new CallError(
    InfrastructureErrorCode.VALIDATION_ERROR,
    `Validation failed for Input validation failed for ${id}:\n${formatValueErrors(errors)}`,
    { operationId: id, errors },
  );
}

/**
 * Passes the gates: handler, access, type, input. Access comes before input, so that a caller without
 * rights learns nothing about the schema.
 *
 * @returns the handler, ready to be called with that input.
 * @throws {CallError} at the first gate that does not open.
 */
export function admit(target: Target, input: unknown, rules: AdmissionRules): AnyHandler {
  const { id, spec, handler } = target;
  if (handler === undefined) throw notFound(id, "No handler registered for operation");
  rules.authorize(target, input);
  rules.checkType(target, spec.type);
  const { idempotencyKey: key } = rules;
  if (key === undefined) {
    checkInput(target, input);
    return handler;
  }
  const keyed = withIdempotencyKey(input, { key, spec });
  checkInput(target, keyed);
  return (_input: unknown, context: OperationContext) => handler(keyed, context);
}

/** Whether a handler's result is still to come. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value instanceof Promise ||
    (typeof value === "object" && value !== null &&
      typeof Reflect.get(value, "then") === "function");
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, Symbol.asyncIterator) === "function";
}

/**
 * Starts a stream. The handler is called, not awaited.
 *
 * @throws {CallError} `EXECUTION_ERROR` if it gives anything but an async iterable.
 */
export function openStream(
  { id, handler }: { readonly id: string; readonly handler: AnyHandler },
  input: unknown,
  context: OperationContext,
): AsyncIterator<unknown> {
  const stream: unknown = handler(input, context);
  if (!isAsyncIterable(stream)) {
    throw new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      `Cannot subscribe to ${id}: the handler must return an async iterable`,
      { operationId: id },
    );
  }
  return stream[Symbol.asyncIterator]();
}

/** The bare value of what a handler gave, with or without an envelope around it. */
export function bareValue(result: unknown): unknown {
  return isResponseEnvelope(result) ? result.data : result;
}
