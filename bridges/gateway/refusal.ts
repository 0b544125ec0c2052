/**
 * A request that is turned away before anything is asked of an operation.
 *
 * @module
 */
import { RequestError } from "./request_error.ts";

/** Why a request is turned away. */
export interface RefusalOptions {
  readonly code?: "INVALID_INPUT" | "FORBIDDEN" | "INTERNAL";
  readonly message: string;
  readonly retryable?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown wherever a request turns out to be no good; answered in one place. */
export class Refusal extends RequestError {
  override readonly name = "Refusal";
  readonly code: string;
  readonly retryable: boolean;

  /** Makes a refusal with an HTTP status. */
  constructor(status: number, options: RefusalOptions) {
    super(status, options);
    this.code = options.code ?? "INVALID_INPUT";
    this.retryable = options.retryable ?? false;
  }
}
