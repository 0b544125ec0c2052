/**
 * The requests that a peer makes over one connection.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { BusyMap } from "../busy_map.ts";
import { Cancel } from "../cancellation.ts";
import type { Dispatcher, RootCall } from "../dispatch_types.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { Identity } from "../identity.ts";
import { notFound } from "../invocation.ts";
import type { ProgressReport } from "../progress.ts";
import { continueTrace } from "../trace.ts";
import { OperationType } from "../types.ts";
import { Credit } from "./credit.ts";
import { toWireError } from "./errors.ts";
import type { WireEvent, WireRequest } from "./events.ts";
import type { WireLimits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import type { CallSessionOptions } from "./session_types.ts";

/** What serving needs besides the session's own options. */
export interface InboundOptions extends CallSessionOptions {
  readonly outbox: Outbox;
  readonly wireLimits: WireLimits;
}

interface Running {
  readonly cancel: Cancel;
  /** Set when the peer gave the request up: nothing more is said about it. */
  silent: boolean;
  /** What the peer has room for; without it, it takes everything. */
  readonly credit: Credit | undefined;
}

const log = getLogger("operations:call");

function rateLimited(reason: string, retryAfter: number): CallError {
  return new CallError("RATE_LIMITED", `too many requests: ${reason}`, { retry_after: retryAfter });
}

/** Serves the requests of one peer, side by side. */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #running = new BusyMap<Running>();
  /** Handlers that have not ended, answered or not. */
  #slots = 0;
  #subscriptions = 0;
  #failedTokens = 0;
  #draining = false;
  #isAdmitted: boolean;

  /** Serves nothing yet. */
  constructor(options: InboundOptions) {
    this.#options = options;
    this.#isAdmitted = options.admitted === undefined;
    void options.admitted?.then(() => this.#isAdmitted = true, () => {});
  }

  /** Requests that were not answered yet. */
  get size(): number {
    return this.#running.size;
  }

  /** Whether a request runs under that id. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Refuses requests from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** Begins to serve a request. */
  serve(id: string, request: WireRequest): void {
    const { credit } = request;
    const running: Running = {
      cancel: new Cancel(),
      silent: false,
      credit: credit === undefined ? undefined : new Credit(credit),
    };
    try {
      this.#checkCapacity();
    } catch (error) {
      return this.#fail(id, error);
    }
    // Known before anything is awaited, so that an abort finds it.
    this.#running.set(id, running);
    void this.#run(id, request, running);
  }

  /** Stops a request that the peer gave up. */
  abort(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.silent = true;
    this.#running.delete(id);
    running.credit?.close();
    running.cancel.abort();
  }

  /** Lets a subscription send so many more values. */
  credit(id: string, credit: number): void {
    this.#running.get(id)?.credit?.add(credit);
  }

  /** Stops everything. */
  abortAll(): void {
    for (const id of [...this.#running.keys()]) this.abort(id);
  }

  #checkCapacity(): void {
    if (this.#draining) {
      throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, "shutting down", {
        reason: "draining",
      }, { retryable: true });
    }
    if (this.#slots >= this.#options.wireLimits.inboundRequests) {
      throw rateLimited("of this connection at once", 1);
    }
  }

  /** One function: another one that it waits for would be a promise more for every request. */
  async #run(id: string, request: WireRequest, running: Running): Promise<void> {
    const { dispatcher, view } = this.#options;
    this.#slots += 1;
    const free = () => void (this.#slots -= 1);
    let isHanded = false;
    try {
      const known = this.#identityOf(request);
      const identity = this.#admit(request, known instanceof Promise ? await known : known);
      const isStream = dispatcher?.typeOf(request.operation, view) === OperationType.SUBSCRIPTION;
      if (isStream) this.#checkSubscriptions();
      const root = this.#rootOf(id, request, { identity, running, free });
      isHanded = true;
      if (dispatcher !== undefined && isStream) await this.#stream(dispatcher, root, running);
      else {
        const output = await dispatcher?.call(root);
        if (!running.silent) this.#writeOutput(id, output);
      }
    } catch (error) {
      if (!isHanded) free();
      this.#giveUp(id, running, error);
    } finally {
      if (this.#running.get(id) === running) this.#running.delete(id);
    }
  }

  #rootOf(
    id: string,
    request: WireRequest,
    { identity, running, free }: {
      readonly identity: Identity | null;
      readonly running: Running;
      readonly free: () => void;
    },
  ): RootCall {
    return {
      operation: request.operation,
      input: request.input,
      identity,
      requestId: id,
      forwardedFor: request.forwardedFor ?? null,
      timeoutMs: request.timeoutMs,
      idempotencyKey: request.idempotencyKey,
      signal: running.cancel,
      // A handler that ignores its abort keeps its place until it ends.
      onHandlerEnd: free,
      view: this.#options.view,
      onProgress: request.wantsProgress === true
        ? (report) => this.#tell(id, running, report)
        : undefined,
      trace: request.traceparent === undefined
        ? undefined
        : continueTrace(request.traceparent, request.tracestate),
    };
  }

  /** Nearly always at once: no connection has to be waited for, and no token looked up. */
  #identityOf(request: WireRequest): Identity | null | Promise<Identity | null> {
    if (this.#isAdmitted && request.authToken === undefined) return this.#options.identity ?? null;
    return this.#identify(request);
  }

  #admit(request: WireRequest, identity: Identity | null): Identity | null {
    const { dispatcher, rateLimiter } = this.#options;
    const retryAfter = rateLimiter?.(identity);
    if (retryAfter !== undefined) throw rateLimited("of this caller", retryAfter);
    if (dispatcher === undefined) throw notFound(request.operation);
    return identity;
  }

  #checkSubscriptions(): void {
    if (this.#subscriptions >= this.#options.wireLimits.inboundSubscriptions) {
      throw rateLimited("subscriptions of this connection at once", 1);
    }
  }

  async #stream(dispatcher: Dispatcher, root: RootCall, running: Running): Promise<void> {
    this.#subscriptions += 1;
    try {
      const id = root.requestId ?? "";
      const values = await dispatcher.subscribe(root);
      await running.credit?.take();
      for await (const output of values) {
        if (running.silent) return;
        this.#writeOutput(id, output);
        // The next value is made only when somebody has room for it.
        const pause = this.#options.outbox.ready();
        if (pause !== undefined) await pause;
        const credited = running.credit?.take();
        if (credited !== undefined) await credited;
      }
      if (!running.silent) this.#write({ type: "call.completed", id });
    } finally {
      this.#subscriptions -= 1;
    }
  }

  async #identify({ authToken }: WireRequest): Promise<Identity | null> {
    const { identity = null, resolveToken, badToken, admitted } = this.#options;
    if (!this.#isAdmitted) await admitted;
    if (authToken === undefined) return identity;
    const found = authToken === null ? null : await resolveToken?.(authToken) ?? null;
    if (found !== null) return found;
    this.#failedTokens += 1;
    if (this.#failedTokens > this.#options.wireLimits.failedTokens) {
      this.#options.close(4401, "too many invalid tokens");
    }
    if (badToken === "refuse") {
      throw new CallError(InfrastructureErrorCode.ACCESS_DENIED, "invalid auth token");
    }
    return identity;
  }

  /** News, not data: while the peer takes nothing, there is none. */
  #tell(id: string, running: Running, payload: ProgressReport): void {
    const isOpen = this.#running.get(id) === running && !this.#options.outbox.isFull;
    if (isOpen) this.#write({ type: "call.progress", id, payload });
  }

  #writeOutput(id: string, output: unknown): void {
    this.#write({ type: "call.responded", id, payload: { output } });
  }

  #giveUp(id: string, running: Running, error: unknown): void {
    if (running.silent) return;
    const isAbort = error instanceof CallError && error.code === InfrastructureErrorCode.ABORTED;
    if (isAbort) this.#write({ type: "call.aborted", id });
    else this.#fail(id, error);
  }

  #fail(id: string, error: unknown): void {
    if (!(error instanceof CallError)) log.error("request failed", { id, error });
    const payload = toWireError(error);
    try {
      this.#write({ type: "call.error", id, payload });
    } catch (cause) {
      // Only where frames are bounded to less than what an error may say: the code is what counts.
      log.warn("error is cut to its code", { id, cause });
      const { code, retryable } = payload;
      this.#write({ type: "call.error", id, payload: { code, message: "", retryable } });
    }
  }

  #write(event: WireEvent): void {
    this.#options.outbox.write(event);
  }
}
