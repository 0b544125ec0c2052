/**
 * The call protocol over one connection, whatever carries it.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { systemClock } from "../clock.ts";
import { randomId } from "../random_id.ts";
import type { ParsedFrame, WireError, WireEvent } from "./events.ts";
import { Inbound } from "./inbound.ts";
import { type WireLimits, wireLimits } from "./limits.ts";
import { Outbound } from "./outbound.ts";
import { Outbox } from "./outbox.ts";
import { parseFrame } from "./parse_frame.ts";
import type { CallSession, CallSessionOptions, SessionCallOptions } from "./session_types.ts";

const log = getLogger("operations:call");

const BUSY: WireError = {
  code: "INVALID_INPUT",
  message: "invalid input: a request with this id is running",
  retryable: false,
};

class FrameSession implements CallSession {
  readonly #options: CallSessionOptions;
  readonly #limits: WireLimits;
  readonly #outbox: Outbox;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  #ended = false;

  constructor(options: CallSessionOptions) {
    const clock = options.clock ?? systemClock;
    const limits = wireLimits(options.limits);
    this.#options = options;
    this.#limits = limits;
    this.#outbox = new Outbox({
      send: options.send,
      limits,
      clock,
      onStuck: (reason) => this.#close(1013, reason),
    });
    const outbox = this.#outbox;
    const close = (code: number, reason: string) => this.#close(code, reason);
    this.#inbound = new Inbound({ ...options, outbox, wireLimits: limits, close });
    const newId = options.newId ?? randomId;
    this.#outbound = new Outbound({
      outbox,
      limits,
      clock,
      newId,
      acknowledges: options.acknowledges === true,
    });
  }

  get inboundCount(): number {
    return this.#inbound.size;
  }

  get outboundCount(): number {
    return this.#outbound.size;
  }

  receive(frame: string | Uint8Array): void {
    if (this.#ended) return;
    const parsed = parseFrame(frame, this.#limits);
    switch (parsed.kind) {
      case "event":
        return this.#apply(parsed.event, parsed.bytes);
      case "refused":
        return this.#refuse(parsed);
      case "ignored":
        return log.debug("event of an unknown type is ignored");
      case "violation":
        return this.#close(parsed.closeCode, parsed.reason);
    }
  }

  call(operation: string, input: unknown, options: SessionCallOptions = {}): Promise<unknown> {
    return this.#outbound.call(operation, input, options);
  }

  subscribe(
    operation: string,
    input: unknown,
    options: SessionCallOptions = {},
  ): AsyncIterableIterator<unknown> {
    return this.#outbound.subscribe(operation, input, options);
  }

  drain(): void {
    this.#inbound.drain();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox.close();
    this.#outbound.close();
    this.#inbound.abortAll();
  }

  #apply(event: WireEvent, bytes: number): void {
    const { id } = event;
    if (event.type === "call.requested") {
      if (this.#isLive(id)) this.#answerError(id, BUSY);
      else this.#inbound.serve(id, event.payload);
      return;
    }
    if (event.type === "call.credit") return this.#inbound.credit(id, event.payload.credit);
    // Either side cancels with the same event; only one of the tables knows the id.
    if (event.type === "call.aborted") this.#inbound.abort(id);
    this.#outbound.apply(event, bytes);
  }

  #refuse({ type, id, error }: Extract<ParsedFrame, { kind: "refused" }>): void {
    if (type === "call.requested") this.#answerError(id, this.#isLive(id) ? BUSY : error);
    // What is said wrongly about credit gives none, and wrong news are no news.
    else if (type !== "call.credit" && type !== "call.progress") this.#outbound.fail(id, error);
  }

  #isLive(id: string): boolean {
    return this.#inbound.has(id) || this.#outbound.has(id);
  }

  #answerError(id: string, payload: WireError): void {
    this.#outbox.write({ type: "call.error", id, payload });
  }

  #close(code: number, reason: string): void {
    if (this.#ended) return;
    log.warn("connection is closed", { code, reason });
    this.end();
    this.#options.close(code, reason);
  }
}

/**
 * Speaks the call protocol over a connection that somebody else opened. Both sides may call.
 *
 * @example Two sessions, joined by hand
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import {
 *   createCallSession, createDispatcher, OperationRegistry, OperationType, registryView,
 * } from "@alkdev/operations";
 *
 * const registry = new OperationRegistry();
 * registry.register({
 *   namespace: "text", name: "upper", version: "1.0.0", type: OperationType.QUERY,
 *   description: "Upper case", accessControl: { requiredScopes: [] },
 *   inputSchema: Type.String(), outputSchema: Type.String(),
 *   handler: (input: string) => input.toUpperCase(),
 * }, { visibility: "external", public: true });
 *
 * const close = () => {};
 * const client = createCallSession({ send: (frame) => server.receive(frame), close });
 * const server = createCallSession({
 *   send: (frame) => client.receive(frame),
 *   close,
 *   dispatcher: createDispatcher({ view: registryView(registry) }),
 * });
 * strictEqual(await client.call("/text/upper", "hello"), "HELLO");
 * ```
 *
 * @throws {RangeError} if a limit is none.
 */
export function createCallSession(options: CallSessionOptions): CallSession {
  return new FrameSession(options);
}
