/**
 * Failures of the protocol itself. What goes wrong inside of a tool is a result, not one of these.
 *
 * @module
 */

import { RequestError } from "../gateway/mod.ts";

/** Codes of JSON-RPC and of MCP. */
export const RPC = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL: -32603,
  /** Turned away before the message was looked at; `data` says why in the hub's own words. */
  REFUSED: -32000,
  HEADER_MISMATCH: -32020,
  MISSING_CAPABILITY: -32021,
  UNSUPPORTED_VERSION: -32022,
} as const;

/** How a failure is told. */
export interface RpcErrorOptions {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown wherever a message turns out to be no good; answered in one place. */
export class RpcError extends RequestError {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;

  /** Makes an error that is answered with an HTTP status. */
  constructor(status: number, { code, data, ...said }: RpcErrorOptions) {
    super(status, said);
    this.code = code;
    this.data = data;
  }
}
