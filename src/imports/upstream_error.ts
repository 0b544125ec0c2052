/**
 * What callers hear when a service fails.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode, type OperationSpec } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import { OutboundRefused } from "./outbound.ts";

const log = getLogger("imports");
const { EXECUTION_ERROR, TIMEOUT } = InfrastructureErrorCode;
/** How MCP's client says that it has waited long enough. */
const MCP_TIMEOUT = "REQUEST_TIMEOUT";

/**
 * A failure of a service's operation in words that are for callers; those of programs are logged.
 * What the library has put into words already stays as it is.
 */
export function upstreamError(error: unknown, { namespace, name, type }: OperationSpec): unknown {
  if (error instanceof CallError || isAbort(error)) return error;
  const options = { cause: error };
  if (isTimeout(error)) {
    return new CallError(TIMEOUT, `${namespace} did not answer in time`, undefined, options);
  }
  log.warn("imported operation failed", { operation: `${namespace}/${name}`, error });
  if (error instanceof OutboundRefused) {
    const message = `Cannot call ${namespace}: its address is not permitted`;
    return new CallError(EXECUTION_ERROR, message, { reason: "upstream_refused" }, options);
  }
  // That is how `fetch` says that nobody was reached, or that they hung up half-way.
  if (error instanceof TypeError) {
    const message = `Cannot call ${namespace}: it is not reachable`;
    const retryable = type !== "mutation";
    const details = { reason: "upstream_unavailable" };
    return new CallError(EXECUTION_ERROR, message, details, { ...options, retryable });
  }
  const message = `Cannot call ${namespace}: it did not answer as it should`;
  return new CallError(EXECUTION_ERROR, message, { reason: "upstream_failed" }, options);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error &&
    (error.name === "TimeoutError" || Reflect.get(error, "code") === MCP_TIMEOUT);
}
