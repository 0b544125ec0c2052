/**
 * Serves calls of the hub's own operations that come over NATS: from the command line, and from
 * whoever else holds the hub's NATS credentials.
 *
 * What travels are the frames of the call protocol. A call is one request and one reply. A
 * subscription's values go, each as a request of its own, to the subject that the caller gave for
 * replies; the caller answers each, with nothing to go on or with `call.aborted`, so that neither
 * side ever holds more than one. An empty message asks whether the caller is still there.
 *
 * An answer that holds a secret, such as a new key, is sealed for who asked: see `sealed_answers.ts`.
 *
 * @module
 */
import {
  CallError,
  Cancel,
  type Dispatcher,
  type Identity,
  OperationType,
  parseFrame,
  type RootCall,
  toWireError,
  type WireEvent,
  type WireRequest,
  writeFrame,
} from "@alkdev/operations";
import { type Bus, BusError, encodeText, fixedHeaders, HUB_QUEUE, hubCallsSubject } from "@hub/bus";
import { canWriteTo, writeLetter } from "../crypto/mod.ts";
import { ADDRESS_HEADER, letterSubject, SEALED_HEADER } from "./sealed_answers.ts";

/** How much at once. */
export interface CallLimits {
  /** Calls of all callers together. Default 1,024. */
  readonly calls?: number;
  /** Subscriptions of all callers together. Default 256. */
  readonly subscriptions?: number;
  /** How often a silent subscription asks whether its caller is still there. Default 5,000. */
  readonly askMs?: number;
}

export interface ServeCallsOptions {
  readonly dispatcher: Dispatcher;
  /** Whoever calls this way. */
  readonly identity: Identity;
  /** Whether what an operation answers may hold a secret. */
  readonly answersSecret: (operation: string) => boolean;
  readonly limits?: CallLimits;
}

interface Request {
  readonly id: string;
  readonly reply: string;
  /** Where a sealed answer may be sent; empty: nowhere. */
  readonly address: () => string;
  readonly payload: WireRequest;
}

const CALLS = 1_024, SUBSCRIPTIONS = 256;
const ASK_MS = 5_000;
/** How long a caller may take over one value. */
const SLOW_MS = 60_000;
/** How long it may take to say that it is there. */
const GONE_MS = 5_000;
const NOTHING = new Uint8Array();
const SEALED = fixedHeaders({ [SEALED_HEADER]: "1" });
const STOPPING = new CallError("UNAVAILABLE", "this node of the hub stops", undefined, {
  retryable: true,
});

/** Serves until it is disposed of; what runs then is aborted, and its callers are told. */
export async function serveCalls(bus: Bus, options: ServeCallsOptions): Promise<AsyncDisposable> {
  const { connection, realm } = bus;
  const server = new Server(bus, options);
  const subscription = connection.subscribe(hubCallsSubject(realm), {
    queue: HUB_QUEUE,
    callback(error, message) {
      const reply = error === null ? message.reply : undefined;
      if (reply === undefined || reply === "") return;
      // The client makes a table of all headers for the first one that is asked for: few calls need it.
      const address = () => message.headers?.get(ADDRESS_HEADER) ?? "";
      server.take(message.data, { reply, address });
    },
  });
  // The server knows of it before anybody is told that this node is there.
  await connection.flush();
  return {
    async [Symbol.asyncDispose]() {
      if (!subscription.isClosed()) await subscription.drain();
      await server.close();
    },
  };
}

class Server {
  readonly #bus: Bus;
  readonly #options: ServeCallsOptions;
  readonly #closing = new AbortController();
  /** The same for calls: a signal would cost more than all else that is done for one here. */
  readonly #givingUp = new Cancel();
  #running = 0;
  #onIdle = () => {};
  #calls = 0;
  #subscriptions = 0;

  constructor(bus: Bus, options: ServeCallsOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  take(data: Uint8Array, { reply, address }: Pick<Request, "reply" | "address">): void {
    const parsed = parseFrame(data);
    if (parsed.kind === "refused") {
      return this.#answer(reply, { type: "call.error", id: parsed.id, payload: parsed.error });
    }
    // Whatever else it is, nobody waits for an answer to it.
    if (parsed.kind !== "event" || parsed.event.type !== "call.requested") return;
    const { id, payload } = parsed.event;
    void this.#serve({ id, reply, address, payload });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#givingUp.abort();
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle = resolve);
  }

  /** Never rejects: whatever goes wrong, the caller is told. */
  async #serve(request: Request): Promise<void> {
    const { dispatcher, answersSecret } = this.#options;
    const { operation } = request.payload;
    const isStream = dispatcher.typeOf(operation) === OperationType.SUBSCRIPTION;
    this.#running++;
    if (isStream) this.#subscriptions++;
    else this.#calls++;
    try {
      this.#checkRoom();
      if (isStream) await this.#stream(request);
      else if (answersSecret(operation)) await this.#callSealed(request);
      else {
        const output = await dispatcher.call(this.#rootOf(request, this.#givingUp));
        this.#answer(request.reply, {
          type: "call.responded",
          id: request.id,
          payload: { output },
        });
      }
    } catch (error) {
      this.#fail(request, this.#closing.signal.aborted ? STOPPING : error);
    } finally {
      if (isStream) this.#subscriptions--;
      else this.#calls--;
      if (--this.#running === 0) this.#onIdle();
    }
  }

  /** Of those that run, the one that asks is one. */
  #checkRoom(): void {
    const { calls = CALLS, subscriptions = SUBSCRIPTIONS } = this.#options.limits ?? {};
    if (this.#subscriptions > subscriptions) throw tooMany(`${subscriptions} subscriptions`);
    if (this.#calls > calls) throw tooMany(`${calls} calls`);
  }

  async #callSealed(request: Request): Promise<void> {
    const { id, reply, address, payload } = request;
    const to = address();
    // Before anything is done: a secret that was made and cannot be told is lost. Counted as a part of
    // the call, as it takes a key pair to find out whether an address is one.
    if (!await canWriteTo(to)) {
      const refused = { type: "call.error", id, payload: toWireError(onlySealed()) } as const;
      return this.#answer(reply, refused, SEALED);
    }
    const root = this.#rootOf(request, this.#givingUp);
    const answer = JSON.stringify(await this.#options.dispatcher.call(root));
    const letter = { address: to, subject: letterSubject(payload.operation) };
    const output = await writeLetter(answer, letter);
    this.#answer(reply, { type: "call.responded", id, payload: { output } }, SEALED);
  }

  async #stream(request: Request): Promise<void> {
    const { id, reply, payload } = request;
    if (this.#options.answersSecret(payload.operation)) throw onlySealed();
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, this.#closing.signal]);
    const stream = await this.#options.dispatcher.subscribe(this.#rootOf(request, signal));
    const { askMs = ASK_MS } = this.#options.limits ?? {};
    let busy = false;
    const asking = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#deliver(NOTHING, { reply, timeoutMs: GONE_MS }).catch(() => false)
        .then((goesOn) => goesOn ? busy = false : left.abort());
    }, askMs);
    try {
      for await (const output of stream) {
        const frame = encodeText(
          writeFrame({ type: "call.responded", id, payload: { output } }),
        );
        busy = true;
        if (!await this.#deliver(frame, { reply, timeoutMs: SLOW_MS })) return left.abort();
        busy = false;
      }
      this.#answer(reply, { type: "call.completed", id });
    } catch (error) {
      // Who has left is told nothing.
      if (!left.signal.aborted) throw error;
    } finally {
      clearInterval(asking);
    }
  }

  /** Whether the caller has taken it and wants to go on. */
  async #deliver(
    data: Uint8Array,
    { reply, timeoutMs }: { readonly reply: string; readonly timeoutMs: number },
  ): Promise<boolean> {
    try {
      const answer = await this.#bus.requests.request(reply, data, {
        timeoutMs,
        signal: this.#closing.signal,
      });
      return answer.data.length === 0;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      if (error instanceof BusError && (error.retryable || error.code === "CLOSED")) return false;
      throw error;
    }
  }

  #rootOf({ id, payload }: Request, signal: RootCall["signal"]): RootCall {
    const { identity } = this.#options;
    const { operation, input, timeoutMs, idempotencyKey } = payload;
    return { operation, input, identity, requestId: id, timeoutMs, idempotencyKey, signal };
  }

  #fail({ id, reply }: Pick<Request, "id" | "reply">, error: unknown): void {
    this.#answer(reply, { type: "call.error", id, payload: toWireError(error) });
  }

  /** Without headers where there are none to send: empty ones cost both sides as much as any. */
  #answer(reply: string, event: WireEvent, headers?: typeof SEALED): void {
    const { connection } = this.#bus;
    // The caller learns of it from its own side.
    if (connection.isClosed()) return;
    const options = headers === undefined ? undefined : { headers };
    connection.publish(reply, encodeText(writeFrame(event)), options);
  }
}

function onlySealed(): CallError {
  const message = "the answer holds a secret, which is sent sealed alone";
  return new CallError("VALIDATION_ERROR", message);
}

function tooMany(what: string): CallError {
  return new CallError("RATE_LIMITED", `too many requests: ${what} run already`, {
    retry_after: 1,
  });
}
