/**
 * The requests that this side makes over one connection.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { abortedError } from "../call_node.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { CreditWindow, FIRST_CREDIT } from "./credit.ts";
import { parseOperationName } from "../names.ts";
import { type PendingEntry, PendingTable } from "../pending_table.ts";
import { lazySubscription } from "../subscription_iterator.ts";
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
}

/** A failure as the peer told it, until somebody who knows the operation reads it. */
class PeerFailure {
  readonly error: WireError;

  constructor(error: WireError) {
    this.error = error;
  }
}

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
  const { authToken, forwardedFor, timeoutMs } = options;
  return {
    operation: name,
    input: input === undefined ? {} : input,
    ...(authToken === undefined ? {} : { authToken }),
    ...(forwardedFor === undefined ? {} : { forwardedFor }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Requests that wait for the peer. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #table: PendingTable<unknown>;
  /** Gone with the entries, however those end. */
  readonly #windows = new WeakMap<PendingEntry<unknown>, CreditWindow>();
  /** How much less of the queue a value on credit takes than one that nobody asked for. */
  readonly #creditShare: number;
  #closed = false;

  /** Nothing waits yet. */
  constructor(options: OutboundOptions) {
    this.#options = options;
    const { limits, clock } = options;
    // The first credit is given before any size is known: it has to fit with frames of any size. A
    // peer whose values grow after it was given much credit can fill no more than that either.
    this.#creditShare = Math.min(1, limits.bufferedBytes / (FIRST_CREDIT * limits.frameBytes));
    this.#table = new PendingTable({
      clock,
      queue: { values: limits.bufferedValues, bytes: limits.bufferedBytes },
      onGiveUp: (id) => options.outbox.write({ type: "call.aborted", id }),
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
  async call(operation: string, input: unknown, options: SessionCallOptions): Promise<unknown> {
    const request = requestOf(operation, input, options);
    const { newId, clock, limits } = this.#options;
    const id = newId();
    const deadline = clock.now() + (options.timeoutMs ?? limits.callTimeoutMs);
    const answer = this.#table.addCall(id, { deadline });
    const stopListening = this.#follow(id, options.signal);
    this.#send(id, request);
    try {
      return await answer;
    } catch (error) {
      throw localError(error, options);
    } finally {
      stopListening();
    }
  }

  /** Subscribes to an operation of the peer, with the first pull. */
  subscribe(
    operation: string,
    input: unknown,
    options: SessionCallOptions,
  ): AsyncIterableIterator<unknown> {
    const request = requestOf(operation, input, options);
    let stopListening = () => {}, taken = () => {}, ended = () => {};
    const source = lazySubscription(() => {
      const id = this.#options.newId();
      const queue = this.#table.addStream(id);
      const window = this.#openWindow(id);
      stopListening = this.#follow(id, options.signal);
      this.#send(id, { ...request, credit: window.first });
      taken = () => {
        const credit = this.has(id) ? window.grant(queue.size) : 0;
        if (credit > 0) {
          this.#options.outbox.write({ type: "call.credit", id, payload: { credit } });
        }
      };
      ended = stopListening;
      const leave = () => {
        ended();
        if (this.#table.leave(id)) this.#options.outbox.write({ type: "call.aborted", id });
      };
      return { queue, leave };
    });
    const next = async () => {
      try {
        const step = await source.next();
        if (step.done) ended();
        else taken();
        return step;
      } catch (error) {
        ended();
        throw localError(error, options);
      }
    };
    return {
      next,
      return: () => source.return(),
      throw: (error) => source.throw(error),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Applies an answer that arrived on this very connection; unknown ids are dropped. */
  apply(
    event: Exclude<WireEvent, { type: "call.requested" | "call.credit" }>,
    bytes: number,
  ): void {
    switch (event.type) {
      case "call.responded":
        return this.#table.respond(event.id, event.payload.output, this.#counted(event.id, bytes));
      case "call.completed":
        return this.#table.complete(event.id);
      case "call.aborted":
        return void this.#table.abort(event.id);
      case "call.error":
        return this.#table.fail(event.id, new PeerFailure(event.payload));
    }
  }

  /** Fails the request whose answer could not be read, and stops the peer if it goes on. */
  fail(id: string, error: WireError): void {
    const goesOn = this.#table.entries.get(id)?.type === "subscribe";
    this.#table.fail(id, new PeerFailure({ ...error, code: "INTERNAL" }));
    if (goesOn) this.#options.outbox.write({ type: "call.aborted", id });
  }

  /** Fails everything: the connection is gone. */
  close(): void {
    this.#closed = true;
    this.#table.failAll(connectionClosed);
  }

  #openWindow(id: string): CreditWindow {
    const { bufferedValues: values, bufferedBytes: bytes } = this.#options.limits;
    const window = new CreditWindow({ values, bytes });
    const entry = this.#table.entries.get(id);
    if (entry !== undefined) this.#windows.set(entry, window);
    return window;
  }

  /** What counts against the queue's bytes. */
  #counted(id: string, bytes: number): number {
    const entry = this.#table.entries.get(id);
    const window = entry && this.#windows.get(entry);
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

  #follow(id: string, signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => {};
    const abort = () => {
      if (!this.has(id)) return;
      this.#table.fail(id, abortedError(id));
      this.#options.outbox.write({ type: "call.aborted", id });
    };
    // Not at once: the request has to be out before it can be given up.
    if (signal.aborted) queueMicrotask(abort);
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  }
}

function localError(error: unknown, { declared }: SessionCallOptions): unknown {
  return error instanceof PeerFailure ? fromWireError(error.error, declared) : error;
}
