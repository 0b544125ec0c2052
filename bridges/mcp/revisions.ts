/**
 * The revisions of MCP that are spoken here, and the names that they reserve.
 *
 * @module
 */

/** The revision in which every request says all about itself. */
export const STATELESS = "2026-07-28";

/** Revisions that begin with a handshake, the latest first. */
export const HANDSHAKES = ["2025-11-25", "2025-06-18"] as const;

/** The extension by which calls that take long go on as tasks. */
export const TASKS = "io.modelcontextprotocol/tasks";

/** Members of `_meta` that mean something here. */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
  progressToken: "progressToken",
  traceparent: "traceparent",
  tracestate: "tracestate",
  /** The hub's own: by which a call that is sent again is known to be the same. */
  idempotencyKey: "alkdev/idempotencyKey",
  /** The hub's own: the id under which logs and traces know a call. */
  requestId: "alkdev/requestId",
} as const;

/** Whether a revision knows no handshake. Revisions are dates, so their order is that of their text. */
export function isStateless(revision: string): boolean {
  return revision >= STATELESS;
}
