/**
 * Requests and acknowledged publishes over one reply inbox per connection.
 *
 * The client's own request keeps a timer, a race and a stack trace for each call; here a call costs
 * an entry in a table. A publish to JetStream is a request whose answer is the acknowledgement.
 *
 * @module
 */
import {
  ClosedConnectionError,
  DrainingConnectionError,
  InvalidArgumentError,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  nuid,
  type Payload,
  PermissionViolationError,
} from "@nats-io/nats-core";
import { type BatchMessage, type Outgoing, spellBatch } from "./atomic_batch.ts";
import type { ConnectionStatus } from "./connection_status.ts";
import { BusError, StatusError } from "./errors.ts";
import { createPending, type Pending, type Waiter } from "./pending.ts";
import { parsePublishAck, type PublishAck } from "./publish_ack.ts";
import { type PublishConditions, publishHeaders } from "./publish_headers.ts";
import { endOfSubject } from "./raw_subject.ts";
import { replyFilter, replySubject } from "./subjects.ts";

/** How long a request waits, and what may end it earlier. */
export interface RequestOptions {
  /** Default 5,000. */
  readonly timeoutMs?: number;
  /** Stops waiting; the request itself is not taken back. */
  readonly signal?: AbortSignal | undefined;
}

/** Requests of one connection; see `bus.requests`. */
export interface Requests {
  /** Requests that wait for an answer now. */
  readonly inFlight: number;
  /**
   * Sends a request and waits for one answer.
   *
   * @throws {BusError} `NO_RESPONDERS`, `TIMEOUT`, `DISCONNECTED`, `OUTCOME_UNKNOWN`,
   * `TOO_MANY_IN_FLIGHT`, `TOO_LARGE`, `PERMISSION_DENIED`, `CLOSED`, or `STATUS` as a {@linkcode StatusError}.
   */
  request(
    subject: string,
    payload?: Payload,
    options?: RequestOptions & { readonly headers?: MsgHdrs },
  ): Promise<Msg>;
  /**
   * Publishes to a stream and waits until it is stored.
   *
   * @throws {WrongLastSequence} If the fence did not hold.
   * @throws {BusError} What {@linkcode Requests.request} throws, and `PUBLISH_REFUSED`.
   */
  publish(
    subject: string,
    payload: Payload,
    options?: RequestOptions & PublishConditions,
  ): Promise<PublishAck>;
  /**
   * Publishes several messages to one stream, all or none; slow on file storage.
   *
   * @throws What {@linkcode Requests.publish} throws; nothing is stored then.
   */
  atomicPublish(messages: readonly BatchMessage[], options?: RequestOptions): Promise<PublishAck>;
  /** Refuses new requests and waits for those in flight; what is left after `timeoutMs` is rejected. */
  drain(timeoutMs: number): Promise<void>;
}

/** What {@linkcode createRequests} needs. */
export interface CreateRequestsOptions {
  readonly connection: NatsConnection;
  readonly realm: string;
  readonly watched: ConnectionStatus;
  readonly maxInFlight?: number;
}

const TIMEOUT_MS = 5_000;
const MAX_IN_FLIGHT = 16_384;
const NO_RESPONDERS = 503;

/** Creates the requests of `connection`; it subscribes to one subject. */
export function createRequests(options: CreateRequestsOptions): Requests {
  const multiplexer = new Multiplexer(options);
  return {
    get inFlight() {
      return multiplexer.inFlight;
    },
    request: (subject, payload, options = {}) =>
      multiplexer.send({ subject, payload, headers: options.headers }, options),
    async publish(subject, payload, options = {}) {
      const headers = publishHeaders(options);
      const answer = await multiplexer.send({ subject, payload, headers }, options);
      return parsePublishAck(answer.string(), subject);
    },
    async atomicPublish(messages, options = {}) {
      const { before, last } = spellBatch(messages, nuid.next());
      const answer = await multiplexer.sendAfter(before, last, options);
      return parsePublishAck(answer.string(), last.subject);
    },
    drain: (timeoutMs) => multiplexer.drain(timeoutMs),
  };
}

class Multiplexer {
  readonly #connection: NatsConnection;
  readonly #watched: ConnectionStatus;
  readonly #maxInFlight: number;
  readonly #pending: Pending<Msg> = createPending(timedOut);
  readonly #replyPrefix: string;
  #draining = false;

  constructor({ connection, realm, watched, maxInFlight = MAX_IN_FLIGHT }: CreateRequestsOptions) {
    this.#connection = connection;
    this.#watched = watched;
    this.#maxInFlight = maxInFlight;
    const inbox = nuid.next();
    this.#replyPrefix = replySubject(realm, inbox, "0").slice(0, -1);
    connection.subscribe(replyFilter(realm, inbox), {
      callback: (error, message) => {
        if (error === null) this.#take(message);
      },
    });
    watched.onChange((status) => {
      if (status !== "connected") this.#pending.reject(outcomeUnknown);
    });
    watched.onError((error) => this.#deny(error));
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Publishes `before`, then sends `last`; of one turn, so that nothing comes between them. */
  sendAfter(before: readonly Outgoing[], last: Outgoing, options: RequestOptions): Promise<Msg> {
    try {
      this.#check(last, options);
      for (const one of before) {
        this.#connection.publish(one.subject, one.payload, headersOf(one));
      }
    } catch (error) {
      return Promise.reject(notSent(error, last.subject));
    }
    return this.send(last, options);
  }

  // Not async: a promise less for every call.
  send(message: Outgoing, options: RequestOptions): Promise<Msg> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    let id = "";
    try {
      this.#check(message, options);
      const { subject, payload, headers } = message;
      const { promise, resolve, reject } = Promise.withResolvers<Msg>();
      const deadline = performance.now() + timeoutMs;
      id = this.#pending.add({ resolve, reject, subject, deadline });
      const reply = this.#replyPrefix + id;
      // Not put together of parts: every request comes through here.
      const how = headers === undefined ? { reply } : { reply, headers };
      this.#connection.publish(subject, payload, how);
      return signal === undefined ? promise : this.#abortable(promise, id, signal);
    } catch (error) {
      this.#pending.take(id);
      return Promise.reject(notSent(error, message.subject));
    }
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const timer = setTimeout(() => this.#pending.reject(outcomeUnknown), timeoutMs);
    await this.#pending.empty();
    clearTimeout(timer);
  }

  async #abortable(promise: Promise<Msg>, id: string, signal: AbortSignal): Promise<Msg> {
    const abort = () => this.#pending.take(id)?.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  #take(message: Msg): void {
    // Answers that come too late, or twice, find nobody.
    const waiter = this.#pending.take(endOfSubject(message, this.#replyPrefix.length));
    if (waiter === undefined) return;
    const { headers } = message;
    if (headers === undefined || !headers.hasError) waiter.resolve(message);
    else waiter.reject(statusError(waiter.subject, headers));
  }

  /** The server tells of a denied publish on the side; without this it would be a timeout. */
  #deny(error: Error): void {
    if (!(error instanceof PermissionViolationError) || error.operation !== "publish") return;
    this.#pending.reject(({ subject }) => {
      if (subject !== error.subject) return undefined;
      const message = `Cannot send to ${subject}: the server's permissions do not allow it`;
      return new BusError("PERMISSION_DENIED", message, { cause: error });
    });
  }

  #check({ subject }: Outgoing, { signal }: RequestOptions): void {
    signal?.throwIfAborted();
    const { status } = this.#watched;
    if (this.#draining || status === "closed") {
      throw new BusError("CLOSED", `Cannot send to ${subject}: the bus is closed`);
    }
    if (status === "reconnecting") {
      throw new BusError(
        "DISCONNECTED",
        `Cannot send to ${subject}: the connection to NATS is lost`,
      );
    }
    if (this.#pending.size >= this.#maxInFlight) {
      const count = `${this.#maxInFlight} requests wait for an answer already`;
      throw new BusError(
        "TOO_MANY_IN_FLIGHT",
        `Cannot send to ${subject}: ${count}, try again later`,
      );
    }
  }
}

function headersOf({ headers }: Outgoing): { headers?: MsgHdrs } {
  return headers === undefined ? {} : { headers };
}

/** What the client throws at once: nothing was sent. */
function notSent(error: unknown, subject: string): unknown {
  if (error instanceof InvalidArgumentError) {
    const message = `Cannot send to ${subject}: more bytes than the server takes`;
    return new BusError("TOO_LARGE", message, { cause: error });
  }
  if (error instanceof ClosedConnectionError || error instanceof DrainingConnectionError) {
    return new BusError("CLOSED", `Cannot send to ${subject}: the bus is closed`, { cause: error });
  }
  return error;
}

function statusError(subject: string, { code, description }: MsgHdrs): BusError {
  if (code === NO_RESPONDERS) {
    return new BusError("NO_RESPONDERS", `Cannot send to ${subject}: nobody listens there`);
  }
  const message = `Cannot send to ${subject}: the answer is ${code} ${description}`.trimEnd();
  return new StatusError(message, { status: code, description });
}

function timedOut({ subject }: Waiter<Msg>): BusError {
  return new BusError("TIMEOUT", `Cannot say what became of a request to ${subject}: no answer`);
}

function outcomeUnknown({ subject }: Waiter<Msg>): BusError {
  return new BusError(
    "OUTCOME_UNKNOWN",
    `Cannot say what became of a request to ${subject}: the connection to NATS was lost`,
  );
}
