/**
 * The requests that this side makes over one connection.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { BusyMap } from "../busy_map.ts";
import { abortedError } from "../call_node.ts";
import { type Cancellation, onAbort } from "../cancellation.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { CreditWindow, FIRST_CREDIT } from "./credit.ts";
import { PromptWords, type TakingStream } from "./prompt_words.ts";
import { parseOperationName } from "../names.ts";
import { PendingTable } from "../pending_table.ts";
import type { OnProgress, ProgressReport } from "../progress.ts";
import { lazySubscription } from "../subscription_iterator.ts";
import { traceparent } from "../trace.ts";
import { fromWireError } from "./errors.ts";
import type { WireError, WireEvent, WireRequest } from "./events.ts";
import type { WireLimits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionCallOptions } from "./session_types.ts";

/** What requesting needs. */
export interface OutboundOptions {
  readonly outbox: Outbox;
  readonly limits: WireLimits;
  readonly clock: Clock;
  readonly newId: () => string;
  /** See {@linkcode CallSessionOptions.acknowledges}. */
  readonly acknowledges: boolean;
}

type Answer = Exclude<WireEvent, { type: "call.requested" | "call.credit" }>;

/** What is known of a request that waits. */
interface Asked {
  readonly declared: readonly string[] | undefined;
  readonly onProgress: OnProgress | undefined;
  /** Of a subscription. */
  readonly window?: CreditWindow;
  stopListening: () => void;
}

const log = getLogger("operations:call");
const nothing = () => {};

function connectionClosed(): CallError {
  return new CallError(InfrastructureErrorCode.EXECUTION_ERROR, "connection closed", {
    reason: "connection_closed",
  }, { retryable: false });
}

function requestOf(operation: string, input: unknown, options: SessionCallOptions): WireRequest {
  const name = parseOperationName(operation);
  if (name === undefined) {
    throw new RangeError(`Cannot call ${JSON.stringify(operation)}: it is no operation name`);
  }
  const { authToken, forwardedFor, timeoutMs, idempotencyKey, trace } = options;
  return {
    operation: name,
    input: input === undefined ? {} : input,
    authToken,
    forwardedFor,
    timeoutMs,
    idempotencyKey,
    wantsProgress: options.onProgress === undefined ? undefined : true,
    traceparent: trace && traceparent(trace),
    tracestate: trace?.state,
  };
}

/** Requests that wait for the peer. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #table: PendingTable<unknown, Asked>;
  readonly #prompt: PromptWords;
  /** How much less of the queue a value on credit takes than one that nobody asked for. */
  readonly #creditShare: number;
  #closed = false;

  /** Nothing waits yet. */
  constructor(options: OutboundOptions) {
    this.#options = options;
    this.#prompt = new PromptWords(options.outbox);
    const { limits, clock } = options;
    // The first credit is given before any size is known: it has to fit with frames of any size. A
    // peer whose values grow after it was given much credit can fill no more than that either.
    this.#creditShare = Math.min(1, limits.bufferedBytes / (FIRST_CREDIT * limits.frameBytes));
    this.#table = new PendingTable<unknown, Asked>({
      entries: new BusyMap(),
      clock,
      queue: { values: limits.bufferedValues, bytes: limits.bufferedBytes },
      onGiveUp: (id) => options.outbox.write({ type: "call.aborted", id }),
      onEnd: ({ stopListening }) => stopListening(),
    });
  }

  /** Requests that wait. */
  get size(): number {
    return this.#table.entries.size;
  }

  /** Whether a request waits under that id. */
  has(id: string): boolean {
    return this.#table.entries.has(id);
  }

  /** Calls an operation of the peer. */
  call(operation: string, input: unknown, options: SessionCallOptions): Promise<unknown> {
    try {
      const request = requestOf(operation, input, options);
      const { newId, clock, limits } = this.#options;
      const id = newId();
      const { timeoutMs = limits.callTimeoutMs, signal, isTimed, declared, onProgress } = options;
      const note: Asked = { declared, onProgress, stopListening: nothing };
      const deadline = isTimed === true ? undefined : clock.now() + timeoutMs;
      const answer = this.#table.addCall(id, { deadline, note });
      note.stopListening = this.#follow(id, signal);
      this.#send(id, request);
      return answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Subscribes to an operation of the peer, with the first pull. */
  subscribe(
    operation: string,
    input: unknown,
    options: SessionCallOptions,
  ): AsyncIterableIterator<unknown> {
    const request = requestOf(operation, input, options);
    return lazySubscription(() => {
      const id = this.#options.newId();
      const { bufferedValues: values, bufferedBytes: bytes } = this.#options.limits;
      const window = new CreditWindow({ values, bytes });
      const { declared, signal, onProgress } = options;
      const note: Asked = { declared, onProgress, window, stopListening: nothing };
      const stream: TakingStream = {
        window,
        waiting: () => this.has(id) ? queue.size : undefined,
        give: (credit) => {
          this.#options.outbox.write({ type: "call.credit", id, payload: { credit } });
        },
      };
      const queue = this.#table.addStream(id, { note, onTaken: () => this.#taken(stream) });
      note.stopListening = this.#follow(id, signal);
      this.#send(id, { ...request, credit: window.first });
      const leave = () => {
        if (this.#table.leave(id)) this.#options.outbox.write({ type: "call.aborted", id });
      };
      return { queue, leave };
    });
  }

  /** Applies an answer that arrived on this very connection; unknown ids are dropped. */
  apply(event: Answer, bytes: number): void {
    const { id } = event;
    const isCall = this.#options.acknowledges && this.#table.entries.get(id)?.type === "call";
    this.#applyTo(event, bytes);
    if (isCall && this.size > 0 && !this.has(id)) this.#prompt.answered(id);
  }

  #applyTo(event: Answer, bytes: number): void {
    switch (event.type) {
      case "call.responded":
        return this.#table.respond(event.id, event.payload.output, this.#counted(event.id, bytes));
      case "call.completed":
        return this.#table.complete(event.id);
      case "call.aborted":
        return void this.#table.abort(event.id);
      case "call.error":
        return this.#fail(event.id, event.payload);
      case "call.progress":
        return this.#tell(event.id, event.payload);
    }
  }

  /** What a listener throws is no fault of the frame that it was told of. */
  #tell(id: string, report: ProgressReport): void {
    try {
      this.#table.entries.get(id)?.note?.onProgress?.(report);
    } catch (error) {
      log.error("listener for progress failed", { id, error });
    }
  }

  /** Fails the request whose answer could not be read, and stops the peer if it goes on. */
  fail(id: string, error: WireError): void {
    const goesOn = this.#table.entries.get(id)?.type === "subscribe";
    this.#fail(id, { ...error, code: "INTERNAL" });
    if (goesOn) this.#options.outbox.write({ type: "call.aborted", id });
  }

  /** Fails everything: the connection is gone. */
  close(): void {
    this.#closed = true;
    this.#table.failAll(connectionClosed);
  }

  /** Whoever knows the operation reads the failure. */
  #fail(id: string, error: WireError): void {
    const declared = this.#table.entries.get(id)?.note?.declared;
    this.#table.fail(id, fromWireError(error, declared));
  }

  #taken(stream: TakingStream): void {
    const waiting = stream.waiting();
    if (waiting === undefined) return;
    const credit = stream.window.grant(waiting);
    if (credit > 0) stream.give(credit);
    this.#prompt.taken(stream);
  }

  /** What counts against the queue's bytes. */
  #counted(id: string, bytes: number): number {
    const window = this.#table.entries.get(id)?.note?.window;
    return window?.arrived(bytes) === true ? Math.floor(bytes * this.#creditShare) : bytes;
  }

  #send(id: string, payload: WireRequest): void {
    if (this.#closed) return this.#table.fail(id, connectionClosed());
    try {
      this.#options.outbox.write({ type: "call.requested", id, payload });
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : "input cannot be sent";
      this.#table.fail(
        id,
        new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message, undefined, { cause }),
      );
    }
  }

  #follow(id: string, signal: AbortSignal | Cancellation | undefined): () => void {
    if (signal === undefined) return nothing;
    const abort = () => {
      if (!this.has(id)) return;
      this.#table.fail(id, abortedError(id));
      this.#options.outbox.write({ type: "call.aborted", id });
    };
    // Not at once: the request has to be out before it can be given up.
    if (signal.aborted) queueMicrotask(abort);
    return onAbort(signal, abort);
  }
}
