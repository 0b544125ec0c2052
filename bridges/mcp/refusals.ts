/**
 * Why requests are turned away, in the words of the protocol.
 *
 * @module
 */
import { CallError, type WireError } from "@alkdev/operations";
import { type Failure, failureOf, Refusal, retryAfterOf } from "../gateway/mod.ts";
import { TASKS } from "./revisions.ts";
import { RPC, RpcError } from "./rpc_error.ts";

const RETRY_AFTER_S = "1";

/** Whoever shows no credential is told to. */
export function unauthenticated(): RpcError {
  return refused(401, {
    error: { code: "FORBIDDEN", message: "authentication required", retryable: false },
  });
}

/** The node goes away; another one answers. */
export function shuttingDown(): RpcError {
  return refused(503, {
    error: { code: "INTERNAL", message: "this node is shutting down", retryable: true },
    headers: { "retry-after": RETRY_AFTER_S },
  });
}

/** A request whose method is not `POST`: there is nothing to read, and no session to end. */
export function methodNotAllowed(): RpcError {
  return refused(405, {
    error: { code: "INVALID_INPUT", message: "send messages with POST", retryable: false },
    headers: { allow: "POST" },
  });
}

/** Neither of the forms in which answers come is accepted. */
export function notAcceptable(): RpcError {
  const message = "accept application/json and text/event-stream";
  return refused(406, { error: { code: "INVALID_INPUT", message, retryable: false } });
}

/** A session that cannot have been given to anybody. */
export function unknownSession(): RpcError {
  return refused(404, {
    error: { code: "NOT_FOUND", message: "there is no such session", retryable: false },
  });
}

/** What is told of what must not happen. */
export function internalError(): RpcError {
  return new RpcError(500, { code: RPC.INTERNAL, message: "internal error" });
}

/** A method that is not known here. */
export function unknownMethod(status: 200 | 404): RpcError {
  return new RpcError(status, { code: RPC.METHOD_NOT_FOUND, message: "Method not found" });
}

/** Parameters that a method does not take. */
export function invalidParams(message: string): RpcError {
  return new RpcError(200, { code: RPC.INVALID_PARAMS, message });
}

/** A client that asks about tasks has to say that it takes them, each time. */
export function missingTasks(): RpcError {
  const message = `the client does not declare the extension ${TASKS}`;
  const data = { requiredCapabilities: { extensions: { [TASKS]: {} } } };
  return new RpcError(400, { code: RPC.MISSING_CAPABILITY, message, data });
}

/** Anything thrown as what is answered; `undefined` for what must not happen. */
export function refusalOf(thrown: unknown): RpcError | undefined {
  if (thrown instanceof RpcError) return thrown;
  if (thrown instanceof Refusal) return ofRequest(thrown);
  if (!(thrown instanceof CallError)) return undefined;
  return refusedBy(failureOf(thrown, { isAuthenticated: false }));
}

/** Turned away by the bounds of its caller, for one. */
export function refusedBy(failure: Failure): RpcError {
  const retryAfter = retryAfterOf(failure);
  return refused(failure.status, {
    error: failure.error,
    headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) },
  });
}

/** Shared with what is spoken over plain HTTP, where a bad body has no code of its own. */
function ofRequest({ status, code, message, retryable, headers }: Refusal): RpcError {
  const error = { code, message, retryable };
  return status === 400
    ? new RpcError(status, { code: RPC.PARSE_ERROR, message, data: error, headers })
    : refused(status, { error, headers });
}

/** Turned away, with what the hub calls it as data. */
export function refused(
  status: number,
  { error, headers = {} }: {
    readonly error: WireError;
    readonly headers?: Readonly<Record<string, string>>;
  },
): RpcError {
  return new RpcError(status, {
    ...{ code: RPC.REFUSED, message: error.message, data: error },
    headers: { ...(status === 401 ? { "www-authenticate": "Bearer" } : {}), ...headers },
  });
}
