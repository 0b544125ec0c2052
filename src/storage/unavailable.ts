/**
 * Tells a database that cannot answer now from one that answers "no".
 *
 * @module
 */
import { CallError } from "@alkdev/operations";

/** SQLSTATE classes and codes, and system errors, after which the same call may succeed. */
const PASSING =
  /^(?:08...|53...|57P0[1-5]|57014|40001|40P01|55P03|25P0[23]|ECONN.*|EPIPE|ETIMEDOUT|EHOST.*|ENET.*|ENOTFOUND|EAI_AGAIN)$/;

/** What the driver says without a code, once a connection or its time is gone. */
const LOST =
  /timeout|terminated|connection (?:ended|closed)|client has encountered a connection error|not queryable/i;

/** Whether the fault lies with the database's being away, slow or busy, and not with the query. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  return "code" in error && typeof error.code === "string"
    ? PASSING.test(error.code)
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
 * @throws {CallError} `UNAVAILABLE`, retryable, when it cannot answer now.
 * @throws What the driver throws for everything else.
 */
export async function answerOf<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = driverError(thrown);
    if (!isUnavailable(error)) throw error;
    throw new CallError("UNAVAILABLE", "the database cannot answer now", undefined, {
      retryable: true,
      cause: error,
    });
  }
}

/** Whether a write met a row that must be unique. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}
