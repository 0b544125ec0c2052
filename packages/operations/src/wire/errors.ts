/**
 * Failures on their way out of, and into, this process: the one place where the codes of the wire and
 * of the library are translated.
 *
 * @module
 */
import { isImportedCode, libraryCode, traitsOf, wireCode } from "../call_codes.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { WireError } from "./events.ts";
import { exceedsUtf8, isJsonObject, truncateUtf8 } from "./json.ts";

const MESSAGE_BYTES = 512;
const DETAILS_BYTES = 16 * 1024;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const REASON = /^[a-z][a-z0-9_]{0,63}$/;
const MAX_MISMATCHES = 20;

/** Mismatches of an input, cut to what helps its sender. */
function mismatches(errors: unknown): unknown {
  if (!Array.isArray(errors)) return undefined;
  return errors.slice(0, MAX_MISMATCHES).flatMap((error) =>
    isJsonObject(error)
      ? [{
        path: truncateUtf8(String(error.path), 256),
        message: truncateUtf8(String(error.message), 256),
      }]
      : []
  );
}

/** Of a protocol error's details, only what is known to be fit for strangers. */
function protocolDetails(details: unknown): Record<string, unknown> | undefined {
  if (!isJsonObject(details)) return undefined;
  const { code, reason, retry_after: retryAfter, errors } = details;
  const kept: Record<string, unknown> = {};
  if (typeof code === "string" && CODE.test(code)) kept.code = code;
  if (typeof reason === "string" && REASON.test(reason)) kept.reason = reason;
  if (Number.isInteger(retryAfter)) kept.retry_after = retryAfter;
  if (errors !== undefined) kept.errors = mismatches(errors);
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** Details as they will be written; dropped where they are too large, no JSON, or a caught error. */
function domainDetails(details: unknown): unknown {
  if (details === undefined || details instanceof Error) return undefined;
  try {
    const text = JSON.stringify(details);
    return text === undefined || exceedsUtf8(text, DETAILS_BYTES) ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a cycle, a big integer, secrets: nothing that travels
  }
}

function payload(
  error: { code: string; message: string; retryable: boolean },
  details: unknown,
): WireError {
  const { code, message, retryable } = error;
  const bare = { code, message: truncateUtf8(message, MESSAGE_BYTES), retryable };
  return details === undefined ? bare : { ...bare, details };
}

/** The table says it for every protocol code but `INTERNAL`, of which there is more than one kind. */
function isRetryable(wire: string | undefined, said: boolean): boolean {
  return wire === undefined || wire === "INTERNAL" ? said : traitsOf(wire)?.retryable ?? said;
}

/**
 * A failure as it is told to others. An error that is no {@linkcode CallError} was not meant for them:
 * nothing of it is told.
 */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof CallError)) {
    return { code: "INTERNAL", message: "internal error", retryable: false };
  }
  const { message } = error;
  const code = wireCode(error.code);
  const retryable = isRetryable(code, error.retryable);
  if (code !== undefined) {
    // One wording for all that is not there, or it would tell what is.
    const text = code === "NOT_FOUND" ? traitsOf(code)?.message ?? message : message;
    return payload({ code, message: text, retryable }, protocolDetails(error.details));
  }
  if (!CODE.test(error.code)) {
    return payload({ code: "INTERNAL", message, retryable: false }, undefined);
  }
  return payload({ code: error.code, message, retryable }, domainDetails(error.details));
}

/**
 * A failure that a peer told, in either vocabulary. Protocol codes are told again in our own words;
 * a code that is neither of the protocol nor among `declared` is an execution error.
 */
export function fromWireError(
  { code, message, retryable, details }: WireError,
  declared: readonly string[] = [],
): CallError {
  const traits = traitsOf(code);
  if (traits !== undefined) {
    return new CallError(libraryCode(code), traits.message, protocolDetails(details), {
      retryable: isRetryable(wireCode(code), retryable),
    });
  }
  const text = truncateUtf8(message, MESSAGE_BYTES);
  if (isImportedCode(code) || (CODE.test(code) && declared.includes(code))) {
    return new CallError(code, text, domainDetails(details), { retryable });
  }
  return new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    "internal error",
    CODE.test(code) ? { code } : undefined,
    { retryable: false },
  );
}
