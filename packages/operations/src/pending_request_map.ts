/**
 * The caller's side of the library's event protocol, and what a handler answers through.
 *
 * @module
 */
import { createPubSub, type PubSub } from "@alkdev/pubsub";
import { getLogger } from "@logtape/logtape";
import { CALL_EVENT_TYPES, type CallEventMap } from "./call_events.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { type PendingEntry, PendingTable } from "./pending_table.ts";
import { randomId } from "./random_id.ts";
import { isResponseEnvelope, type ResponseEnvelope } from "./response-envelope.ts";
import { lazySubscription } from "./subscription_iterator.ts";
import type { Identity } from "./types.ts";

/** How a map is bounded. */
export interface PendingRequestMapOptions {
  /** Values that may wait for the consumer of one subscription. Default 1,024. */
  queueLimit?: number;
  /** Default: the platform's time. */
  clock?: Clock;
}

/** Hears one kind of event. */
export interface CallEventAccessor<TPayload> {
  /** Calls `listener` once per event; the returned function stops that. */
  subscribe(listener: (payload: TPayload) => void | Promise<void>): () => void;
}

interface RequestOptions {
  parentRequestId?: string;
  identity?: Identity;
  metadata?: Record<string, unknown>;
}

const log = getLogger("operations:call");
const DEFAULT_QUEUE_LIMIT = 1024;

type Payload = { readonly requestId: string; readonly [field: string]: unknown };

function isPayload(value: unknown): value is Payload {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, "requestId") === "string";
}

/** JSON drops the key of an undefined `data`; an envelope without it is still that envelope. */
function restoreData(output: unknown): unknown {
  return typeof output === "object" && output !== null && "meta" in output && !("data" in output)
    ? { ...output, data: undefined }
    : output;
}

function plainDetails(details: unknown): unknown {
  return details instanceof Error ? { name: details.name, message: details.message } : details;
}

/**
 * Requests by id, over one event target: calls and subscriptions that wait for their answers.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { localEnvelope, PendingRequestMap } from "@alkdev/operations";
 *
 * const calls = new PendingRequestMap();
 * calls["call.requested"].subscribe(({ requestId, operationId }) => {
 *   calls.respond(requestId, localEnvelope("pong", operationId));
 * });
 * const answer = await calls.call("net.ping", {});
 * strictEqual(answer.data, "pong");
 * calls.close();
 * ```
 */
export class PendingRequestMap {
  /** Requests of other sides, or of this one. */
  readonly "call.requested": CallEventAccessor<CallEventMap["call.requested"]>;
  /** Single results. */
  readonly "call.responded": CallEventAccessor<CallEventMap["call.responded"]>;
  /** Ends of subscriptions. */
  readonly "call.completed": CallEventAccessor<CallEventMap["call.completed"]>;
  /** Cancelled requests. */
  readonly "call.aborted": CallEventAccessor<CallEventMap["call.aborted"]>;
  /** Failures. */
  readonly "call.error": CallEventAccessor<CallEventMap["call.error"]>;

  // Not `#private`: compatibility checks read both, and publish on the second.
  private readonly entries: Map<string, PendingEntry<ResponseEnvelope>>;
  private readonly pubsub: PubSub<Record<string, unknown>>;
  readonly #table: PendingTable<ResponseEnvelope>;
  #closed = false;

  /** Makes a map over `eventTarget`, or one for this process alone. */
  constructor(eventTarget?: EventTarget, options: PendingRequestMapOptions = {}) {
    // Any event target carries what a pubsub puts on it; the types only know typed ones.
    this.pubsub = createPubSub({ eventTarget: eventTarget as never });
    this.entries = new Map();
    this.#table = new PendingTable({
      entries: this.entries,
      clock: options.clock ?? systemClock,
      queue: { values: options.queueLimit ?? DEFAULT_QUEUE_LIMIT },
      onGiveUp: (requestId) => this.#announceAbort(requestId),
    });
    this.#listen();
    this["call.requested"] = this.#accessor("call.requested");
    this["call.responded"] = this.#accessor("call.responded");
    this["call.completed"] = this.#accessor("call.completed");
    this["call.aborted"] = this.#accessor("call.aborted");
    this["call.error"] = this.#accessor("call.error");
  }

  /** Requests one result; the request is out before this returns. */
  call(
    operationId: string,
    input: unknown,
    options: RequestOptions & { deadline?: number } = {},
  ): Promise<ResponseEnvelope> {
    const requestId = randomId();
    const { parentRequestId, deadline, identity, metadata } = options;
    const answer = this.#table.addCall(requestId, { deadline });
    try {
      this.#publish("call.requested", {
        requestId,
        operationId,
        input,
        parentRequestId,
        deadline,
        identity,
        metadata,
      });
    } catch (error) {
      this.#table.fail(requestId, error);
    }
    return answer;
  }

  /** Requests a stream of results; the request goes out with the first pull. */
  subscribe(
    operationId: string,
    input: unknown,
    options: RequestOptions & { idleTimeout?: number } = {},
  ): AsyncIterable<ResponseEnvelope> {
    return lazySubscription(() => {
      const requestId = randomId();
      const { parentRequestId, idleTimeout, identity, metadata } = options;
      const queue = this.#table.addStream(requestId, { idleTimeout: idleTimeout ?? undefined });
      const leave = () => {
        if (this.#table.leave(requestId)) this.#announceAbort(requestId);
      };
      try {
        this.#publish("call.requested", {
          requestId,
          operationId,
          input,
          parentRequestId,
          idleTimeout,
          identity,
          metadata,
        });
      } catch (error) {
        this.#table.fail(requestId, error);
      }
      return { queue, leave };
    });
  }

  /**
   * Publishes one result.
   *
   * @throws {Error} if `output` is no envelope.
   */
  respond(requestId: string, output: ResponseEnvelope): void {
    if (!isResponseEnvelope(output)) {
      throw new Error(
        "PendingRequestMap.respond() requires a ResponseEnvelope: wrap the value with localEnvelope()",
      );
    }
    this.#publish("call.responded", { requestId, output });
  }

  /** Publishes a failure. */
  emitError(requestId: string, code: string, message: string, details?: unknown): void {
    this.#publish("call.error", { requestId, code, message, details: plainDetails(details) });
  }

  /** Publishes the end of a subscription. */
  complete(requestId: string): void {
    this.#publish("call.completed", { requestId });
  }

  /** Gives up a request of this map: a call rejects, a subscription ends. */
  abort(requestId: string): void {
    if (this.#table.abort(requestId)) this.#announceAbort(requestId);
  }

  /** Calls and started subscriptions that wait. */
  getPendingCount(): number {
    return this.entries.size;
  }

  /** Stops listening and fails what waits with `ABORTED`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.pubsub.close();
    this.#table.failAll((id) =>
      new CallError(InfrastructureErrorCode.ABORTED, `Call ${id} was aborted: the map is closed`)
    );
  }

  #publish(type: keyof CallEventMap, payload: Payload): void {
    this.pubsub.publish(type, "", payload);
  }

  /** Tells the other side to stop. Where that cannot be said any more, this side is done all the same. */
  #announceAbort(requestId: string): void {
    try {
      this.#publish("call.aborted", { requestId });
    } catch (error) {
      log.warn("abort could not be announced", { requestId, error });
    }
  }

  #listen(): void {
    const table = this.#table;
    const apply: Record<string, (payload: Payload) => void> = {
      // What a handler sends is passed on as it came: its envelope is for the caller to read.
      "call.responded": ({ requestId, output }) =>
        table.respond(requestId, restoreData(output) as ResponseEnvelope),
      "call.completed": ({ requestId }) => table.complete(requestId),
      "call.aborted": ({ requestId }) => void table.abort(requestId),
      "call.error": ({ requestId, code, message, details }) =>
        table.fail(requestId, new CallError(String(code), String(message), details)),
    };
    for (const type of CALL_EVENT_TYPES) {
      const listener = apply[type];
      if (listener !== undefined) this.#onPayload(type, listener);
    }
  }

  #onPayload(type: string, listener: (payload: Payload) => void): () => void {
    return this.pubsub.listen(type, "", ({ payload }) => {
      if (isPayload(payload)) listener(payload);
      else log.warn("event without a request id is dropped", { type });
    });
  }

  #accessor<TPayload>(type: string): CallEventAccessor<TPayload> {
    return {
      subscribe: (listener) =>
        this.#onPayload(type, (payload) => {
          // Who listens trusts the publisher for the rest of the payload, as the event schemas tell it.
          Promise.resolve(call(() => listener(payload as TPayload))).catch((error) => {
            log.error("listener failed", { type, error });
          });
        }),
    };
  }
}

/** Calls `run` now; what it throws becomes a rejection. */
// deno-lint-ignore require-await
async function call(run: () => void | Promise<void>): Promise<void> {
  return run();
}
