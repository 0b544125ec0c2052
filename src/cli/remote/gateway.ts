/**
 * Speaks to a hub over HTTP, as any client does.
 *
 * @module
 */
import { cutOff, failureOf, outputOf, unanswered, unreadable } from "./answers.ts";
import { readStream, type StreamItem } from "./read_stream.ts";
import type { Target } from "./target.ts";

/** How one request differs from the others. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the hub may take over it. */
  readonly timeoutMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Where a stream is taken up. */
  readonly lastEventId?: string | undefined;
  /** Called when a stream has begun. */
  readonly onOpen?: () => void;
}

/** A hub that is spoken to. All of it throws `CallError`, with the hub's own codes or those of `LOST`. */
export interface Gateway {
  readonly target: Target;
  /** Calls a query or a mutation. Given up by the signal, it is aborted on the hub. */
  call(operation: string, input: unknown, options?: RequestOptions): Promise<unknown>;
  /** The values of a subscription, until it is over. */
  subscribe(
    operation: string,
    input: unknown,
    options?: RequestOptions,
  ): AsyncGenerator<StreamItem, void>;
  /** What these answer. */
  ask(path: "/search" | "/schema", body: object, options?: RequestOptions): Promise<unknown>;
}

/** The hub's own "timed out" says more than ours. */
const GRACE_MS = 5_000;
/** A stream says every 15 s that it is there. */
const SILENCE_MS = 45_000;
const DEFAULT_MS = 30_000;

/** Creates what speaks to a hub. */
export function createGateway(target: Target): Gateway {
  async function send(path: string, body: object, options: RequestOptions): Promise<Response> {
    const { signal } = options;
    try {
      return await fetch(`${target.url}${path}`, {
        method: "POST",
        headers: headersOf(target, options),
        body: JSON.stringify(body),
        // A key is for the hub that was named, and for nobody to whom that leads.
        redirect: "manual",
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw unanswered(target, error);
    }
  }

  async function ask(path: string, body: object, options: RequestOptions = {}): Promise<unknown> {
    const { timeoutMs = DEFAULT_MS, signal } = options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs + GRACE_MS);
    const both = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await outputOf(await send(path, body, { ...options, signal: both }), target);
    } catch (error) {
      signal?.throwIfAborted();
      throw late.signal.aborted ? cutOff(target, error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    target,
    ask,
    call: (operation, input, options = {}) =>
      ask("/call", bodyOf({ operation, input }, options), options),
    async *subscribe(operation, input, options = {}) {
      const response = await send("/subscribe", bodyOf({ operation, input }, options), options);
      const { body, status } = response;
      if (!isStream(response) || body === null) return void await outputOf(response, target);
      options.onOpen?.();
      for await (const event of readStream(body, { silenceMs: SILENCE_MS })) {
        if (event.is === "completed") return;
        if (event.is === "cut off") throw cutOff(target);
        if (event.is === "unreadable") throw unreadable(target);
        if (event.is === "error") throw failureOf(event.error, { target, status });
        yield event;
      }
    },
  };
}

function headersOf({ key }: Target, { idempotencyKey, lastEventId }: RequestOptions) {
  return {
    "content-type": "application/json",
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
  };
}

function bodyOf(call: object, { timeoutMs }: RequestOptions): object {
  return { ...call, ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }) };
}

function isStream({ ok, headers }: Response): boolean {
  return ok && (headers.get("content-type") ?? "").startsWith("text/event-stream");
}
