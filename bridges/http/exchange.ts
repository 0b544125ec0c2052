/**
 * One request and all that is known about it.
 *
 * @module
 */
import type { Cancellation } from "@alkdev/operations";
import type { Answer, Head, TraceContext } from "../gateway/mod.ts";
import type { Caller } from "../ports.ts";

/** One request, once it is known who makes it. */
export interface Exchange {
  readonly request: Request;
  /** Its headers, read once. */
  readonly head: Head;
  readonly source: string;
  readonly caller: Caller | null;
  readonly requestId: string;
  readonly trace: TraceContext;
  /** Given up when its client goes away, and when the node cannot wait for it any longer. */
  readonly signal: Cancellation;
  /** To be called when an answer that is a stream has ended; others end with their answer. */
  readonly end: () => void;
}

/** Answers one kind of request. */
export type Endpoint = (exchange: Exchange) => Promise<Answer> | Answer;
