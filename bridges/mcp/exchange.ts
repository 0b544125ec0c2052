/**
 * One message and all that is known about it.
 *
 * @module
 */
import type { Cancellation } from "@alkdev/operations";
import type { TraceContext } from "../gateway/mod.ts";
import type { Caller } from "../ports.ts";
import type { Message, Request } from "./message.ts";
import type { Era } from "./revision_of.ts";

/** A request that is being answered. */
export interface Running {
  /** Given up once nobody waits for the answer any more, and when the node can wait no longer. */
  readonly signal: Cancellation;
  /** Gives it up. */
  readonly abort: () => void;
  /** Gives it up when the client goes away, from now on. */
  readonly watchClient: () => void;
  /** Lets it go on without its client and its answer; the result says that it is over. */
  readonly detach: () => () => void;
  /** Says that the answer is a stream: it is given up when a change takes its caller's rights. */
  readonly stays: (caller: Caller | null) => void;
  /**
   * Says that the answer is a stream that would never end by itself: a drain gives it up at once,
   * too.
   */
  readonly streams: (caller: Caller | null) => void;
  /** To be called once an answer that is a stream has ended; others end with their answer. */
  readonly end: () => void;
}

/** One message, once it is known who sends it. */
export interface Exchange<M extends Message = Message> extends Running {
  readonly message: M;
  readonly era: Era;
  /** Whether the client reads streams; otherwise an answer is JSON, however long it takes. */
  readonly takesStream: boolean;
  readonly caller: Caller | null;
  readonly source: string;
  readonly requestId: string;
  readonly trace: TraceContext | undefined;
  /** What the client was named in its handshake; `null` where it does not say it. */
  readonly session: string | null;
}

/** A message that waits for an answer. */
export type RequestExchange = Exchange<Request>;
