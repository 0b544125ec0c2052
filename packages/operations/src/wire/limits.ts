/**
 * Bounds of everything that arrives over, or waits on, one connection.
 *
 * @module
 */

/** Bounds of one connection; all can be configured. */
export interface WireLimits {
  /** One frame, or one WebSocket message. */
  readonly frameBytes: number;
  /** JSON nesting, the envelope included. */
  readonly depth: number;
  /** Members of one JSON object. */
  readonly members: number;
  /** Items of one JSON array. */
  readonly items: number;
  readonly idBytes: number;
  readonly authTokenBytes: number;
  readonly forwardedForBytes: number;
  /** Requests of the peer that run, whether or not they were answered or aborted. */
  readonly inboundRequests: number;
  readonly inboundSubscriptions: number;
  /** Tokens that led to nobody, before the connection is closed. */
  readonly failedTokens: number;
  /** Bytes that the transport has not taken; past them, producers pause. */
  readonly unsentBytes: number;
  /** Bytes that the transport has not taken; past them, the connection is closed at once. */
  readonly maxUnsentBytes: number;
  /** How long the transport may take nothing before the connection is closed. */
  readonly stuckMs: number;
  /** Values of one subscription that wait for their consumer here. */
  readonly bufferedValues: number;
  readonly bufferedBytes: number;
  /** How long a call of this side waits if it does not say. */
  readonly callTimeoutMs: number;
}

/** A frame can never be larger, whatever is configured. */
export const MAX_FRAME_BYTES: number = 64 * 1024 * 1024;

/** What an error's frame takes without its id, its message and its details. */
const ERROR_FRAME_BYTES = 160;

/** The limits that hold where none are given. */
export const DEFAULT_WIRE_LIMITS: WireLimits = Object.freeze({
  frameBytes: 1024 * 1024,
  depth: 64,
  members: 10_000,
  items: 100_000,
  idBytes: 128,
  authTokenBytes: 4 * 1024,
  forwardedForBytes: 8 * 1024,
  inboundRequests: 256,
  inboundSubscriptions: 64,
  failedTokens: 10,
  unsentBytes: 4 * 1024 * 1024,
  maxUnsentBytes: 64 * 1024 * 1024,
  stuckMs: 30_000,
  bufferedValues: 256,
  bufferedBytes: 1024 * 1024,
  callTimeoutMs: 30_000,
});

/**
 * The defaults with `changes` over them.
 *
 * @throws {RangeError} if a limit is not a positive number, or the frame is larger than the protocol
 * allows or too small for an error.
 */
export function wireLimits(changes: Partial<WireLimits> = {}): WireLimits {
  const limits = { ...DEFAULT_WIRE_LIMITS, ...changes };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`Cannot set limit ${name}: ${value} is not positive`);
  }
  const { frameBytes, idBytes } = limits;
  if (frameBytes > MAX_FRAME_BYTES) {
    throw new RangeError(`Cannot set limit frameBytes: ${frameBytes} is above 64 MiB`);
  }
  // Every request has to have an answer: its id, of which each character may be escaped, and a code.
  const least = ERROR_FRAME_BYTES + 2 * idBytes;
  if (frameBytes < least) {
    throw new RangeError(`Cannot set limit frameBytes: ${frameBytes} is below ${least}`);
  }
  return limits;
}
