/**
 * Tells a database that cannot answer now from one that answers "no".
 *
 * @module
 */
import { CallError } from "@alkdev/operations";

/**
 * SQLSTATE classes and codes after which the same call may succeed: also those of a server that lets
 * nobody in for now, has handed over to another one, or cannot read its disk.
 */
const PASSING =
  /^(?:08...|28...|3D000|53...|58...|57P0[1-5]|57014|40001|40003|40P01|55P03|25006|25P0[23])$/;

/** System errors, and those of streams, that a connection ends with; none of them is a query's. */
const CUT =
  /^(?:E(?:CONN.*|PIPE|TIMEDOUT|HOST.*|NET.*|NOTFOUND|AI_AGAIN|CANCELED|BADF|NOTCONN|SHUTDOWN|MFILE|NFILE|ADDRNOTAVAIL)|ERR_(?:STREAM|SOCKET)_.*)$/;

/** What the driver says without a code, once a connection, its time or the pool is gone. */
const LOST =
  /timeout|terminated|connection (?:ended|closed)|client has encountered a connection error|not queryable|calling end on the pool|bad resource/i;

/** A text that Postgres holds in no table: one with a NUL, which only callers can have sent. */
const NO_TEXT = /^(?:22021|22P05)$/;

/** Whether the fault lies with the database's being away, slow or busy, and not with the query. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  return "code" in error && typeof error.code === "string"
    ? PASSING.test(error.code) || CUT.test(error.code)
    : LOST.test(error.message);
}

/** What the driver threw, without the wrapper that repeats the query and its parameters. */
export function driverError(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error &&
      error.message.startsWith("Failed query:")
    ? error.cause
    : error;
}

/**
 * Waits for an answer of the database.
 *
 * @throws {CallError} `UNAVAILABLE`, retryable, when it cannot answer now; `VALIDATION_ERROR` for a
 *   text that it cannot hold.
 * @throws What the driver throws for everything else.
 */
export async function answerOf<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = driverError(thrown);
    if (hasCode(error, NO_TEXT)) throw noText(error);
    if (!isUnavailable(error)) throw error;
    throw new CallError("UNAVAILABLE", "the database cannot answer now", undefined, {
      retryable: true,
      cause: error,
    });
  }
}

/** Whether a write met a row that must be unique. */
export function isDuplicate(error: unknown): boolean {
  return hasCode(error, /^23505$/);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    codes.test(error.code);
}

function noText(cause: unknown): CallError {
  const message = "Cannot use a text with the character U+0000";
  return new CallError("VALIDATION_ERROR", message, { errors: [{ path: "", message }] }, { cause });
}
