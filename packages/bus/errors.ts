/**
 * The errors of the bus: one class, one code each, one table of what a caller may do about it.
 *
 * @module
 */

/** What each code of {@linkcode BusError} means to a caller. */
export const BUS_ERRORS = {
  /** The bus was closed; nothing was sent. */
  CLOSED: { retryable: false },
  /** There is no connection at the moment; nothing was sent. */
  DISCONNECTED: { retryable: true },
  /** It was sent, and the connection was lost before an answer: it may or may not have happened. */
  OUTCOME_UNKNOWN: { retryable: true },
  /** It was sent, and no answer came in time: it may or may not have happened. */
  TIMEOUT: { retryable: true },
  /** Nobody listens on that subject; nothing happened. */
  NO_RESPONDERS: { retryable: true },
  /** Too many requests wait for their answers; nothing was sent. */
  TOO_MANY_IN_FLIGHT: { retryable: true },
  /** The server's permissions do not let us send there; nothing happened. */
  PERMISSION_DENIED: { retryable: false },
  /** The answer carries an error status in its headers. */
  STATUS: { retryable: false },
  /** The fence did not hold: somebody else wrote to the subject. Nothing was stored. */
  WRONG_LAST_SEQUENCE: { retryable: false },
  /** The stream refused the message for another reason. Nothing was stored. */
  PUBLISH_REFUSED: { retryable: false },
  /** The server may not be reached, or refuses us. */
  CONNECT_FAILED: { retryable: true },
  /** The server is older than the hub needs. */
  SERVER_TOO_OLD: { retryable: false },
  /** The server or the account has no JetStream. */
  JETSTREAM_DISABLED: { retryable: false },
  /** A stream exists in a form that cannot be changed into the one declared. */
  STREAM_MISMATCH: { retryable: false },
  /** The server could not create or change a stream. */
  STREAM_REFUSED: { retryable: false },
  /** Another live process has joined with the same node id. */
  NODE_ID_TAKEN: { retryable: false },
  /** More bytes than the limit allows. */
  TOO_LARGE: { retryable: false },
  /** Deeper nesting than the limit allows. */
  TOO_DEEP: { retryable: false },
  /** Not JSON, or a value that JSON cannot hold. */
  INVALID_JSON: { retryable: false },
} as const satisfies Record<string, { readonly retryable: boolean }>;

/** A code of {@linkcode BusError}. */
export type BusErrorCode = keyof typeof BUS_ERRORS;

/** Why the bus could not do what was asked; branch on {@linkcode BusError.code}. */
export class BusError extends Error {
  override readonly name: string = "BusError";
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return BUS_ERRORS[this.code].retryable;
  }

  /** Whether it may have happened all the same: ask the stream before trying again. */
  get outcomeUnknown(): boolean {
    return this.code === "OUTCOME_UNKNOWN" || this.code === "TIMEOUT";
  }
}

/** A fenced publish lost: the subject's last sequence is not the expected one. */
export class WrongLastSequence extends BusError {
  override readonly name: string = "WrongLastSequence";
  /** Last sequence of the subject, if the server said it (it does not while a write is in flight). */
  readonly found: number | undefined;

  constructor(message: string, options: ErrorOptions & { found: number | undefined }) {
    super("WRONG_LAST_SEQUENCE", message, options);
    this.found = options.found;
  }
}

/** JetStream answered a publish or a management request with an error of its own. */
export class JetStreamRefusal extends BusError {
  override readonly name: string = "JetStreamRefusal";
  /** The server's own number for the reason, e.g. 10077 for a message that is too large. */
  readonly apiCode: number;
  /** As in HTTP: of 500 and more, and 429, the server cannot at the moment. */
  readonly status: number;

  constructor(message: string, options: ErrorOptions & { apiCode: number; status: number }) {
    super("PUBLISH_REFUSED", message, options);
    this.apiCode = options.apiCode;
    this.status = options.status;
  }

  /** E.g. a cluster without a leader, or a disk that is full: nothing is wrong with the message. */
  override get retryable(): boolean {
    return this.status >= 500 || this.status === 429;
  }
}

/** The answer carried an error status in its headers. */
export class StatusError extends BusError {
  override readonly name: string = "StatusError";
  /** E.g. 404 for a message that is not there. */
  readonly status: number;
  readonly description: string;

  constructor(message: string, options: ErrorOptions & { status: number; description: string }) {
    super("STATUS", message, options);
    this.status = options.status;
    this.description = options.description;
  }
}
