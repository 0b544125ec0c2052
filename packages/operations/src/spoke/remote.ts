/**
 * Calls into the hub, which wait for the connection.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { CallError } from "../error.ts";
import type { OnProgress } from "../progress.ts";
import type { TraceContext } from "../trace.ts";
import type { CallSession, SessionCallOptions } from "../wire/session_types.ts";
import type { Link } from "./link.ts";

/** How one call differs from the others. */
export interface RemoteCallOptions {
  /** How long it may take, the wait for the connection included. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A credential for this one request, in place of the connection's. */
  readonly authToken?: string;
  /** Codes that the operation declares; others arrive as `EXECUTION_ERROR`. */
  readonly declared?: readonly string[];
  /**
   * By which a call that is sent again is known to be the same; only for operations that take one,
   * and queries, which need none. Best made once for all attempts.
   */
  readonly idempotencyKey?: string;
  /** Told how far it has come, where the operation says so. */
  readonly onProgress?: OnProgress;
  /** Where in a trace it is asked from. Default, in a handler: where the handler's own call stands. */
  readonly trace?: TraceContext;
}

/** How a subscription differs from the others. */
export interface SubscribeOptions extends RemoteCallOptions {
  /** How long it may last, the wait for the connection included. Default: without an end. */
  readonly timeoutMs?: number;
  /**
   * Goes on after the connection was lost: gives the input for what comes after `last`. Only for
   * operations whose values say where they stand. Before there is any value, the first input is used.
   */
  readonly resume?: (last: unknown) => unknown;
}

/** The hub, as it is called. */
export interface Remote {
  /**
   * Calls an operation at the hub.
   *
   * @throws {CallError} as the hub answered; a call that was on its way when the connection was lost
   * fails with `details.reason` `connection_closed` and is not repeated, for it may have been run.
   */
  call(operation: string, input?: unknown, options?: RemoteCallOptions): Promise<unknown>;
  /** Subscribes at the hub; nothing is sent before the first pull. */
  subscribe(
    operation: string,
    input?: unknown,
    options?: SubscribeOptions,
  ): AsyncIterableIterator<unknown, undefined>;
}

const CALL_MS = 30_000;
/** Between two beginnings of a subscription; one that fails at once must not do so in a loop. */
const RESUME_MS = 250;
/** What ends with a connection or a node, and not by what was asked. */
const LOSSES: readonly unknown[] = ["connection_closed", "node_lost", "draining"];

/** Creates the way to the hub over a link. */
export function createRemote(link: Link, clock: Clock): Remote {
  return {
    async call(operation, input = {}, options = {}) {
      const left = timeLeft(clock, options.timeoutMs ?? CALL_MS);
      const session = await link.session({ ...options, timeoutMs: left() });
      return await session.call(operation, input, { ...options, timeoutMs: atLeast1(left()) });
    },
    subscribe(operation, input = {}, options = {}) {
      return leavable(options.signal, (signal) => {
        const request = { operation, input, options: { ...options, signal } };
        return lasting({ link, clock }, request);
      });
    },
  };
}

/** The values of a subscription over as many connections as it takes. */
async function* lasting(
  { link, clock }: { readonly link: Link; readonly clock: Clock },
  { operation, input, options }: Request & { readonly options: SubscribeOptions },
): AsyncGenerator<unknown, undefined> {
  const { resume, timeoutMs, ...common } = options;
  const left = timeoutMs === undefined ? undefined : timeLeft(clock, timeoutMs);
  let from = input;
  for (;;) {
    const session = await link.session({ ...common, timeoutMs: left?.() });
    const bounded = left === undefined ? common : { ...common, timeoutMs: atLeast1(left()) };
    try {
      yield* watched(session, { operation, input: from, options: bounded }, (last) => {
        if (resume !== undefined) from = resume(last);
      });
      return undefined;
    } catch (error) {
      if (resume === undefined || !isLoss(error)) throw error;
    }
    await new Promise<void>((resolve) => clock.after(RESUME_MS, resolve));
  }
}

/** Values that can be left while the next one is waited for, which generators alone do not allow. */
function leavable(
  outer: AbortSignal | undefined,
  start: (signal: AbortSignal) => AsyncGenerator<unknown, undefined>,
): AsyncIterableIterator<unknown, undefined> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const values = start(controller.signal);
  let isLeft = false;
  const end = () => outer?.removeEventListener("abort", abort);
  outer?.addEventListener("abort", abort, { once: true });
  if (outer?.aborted) abort();
  return {
    async next() {
      try {
        const step = await values.next();
        if (step.done) end();
        return step;
      } catch (error) {
        end();
        if (isLeft) return { done: true, value: undefined };
        throw error;
      }
    },
    async return() {
      isLeft = true;
      end();
      abort();
      await values.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Request {
  readonly operation: string;
  readonly input: unknown;
  readonly options: SessionCallOptions;
}

/** The values of a subscription; `onTaken` hears of each that its consumer is done with. */
async function* watched(
  session: CallSession,
  { operation, input, options }: Request,
  onTaken: (value: unknown) => void,
): AsyncGenerator<unknown, undefined> {
  for await (const value of session.subscribe(operation, input, options)) {
    yield value;
    onTaken(value);
  }
  return undefined;
}

function timeLeft(clock: Clock, totalMs: number): () => number {
  const deadline = clock.now() + totalMs;
  return () => Math.max(0, deadline - clock.now());
}

function atLeast1(ms: number): number {
  return Math.max(1, ms);
}

function isLoss(error: unknown): boolean {
  if (!(error instanceof CallError)) return false;
  const { details } = error;
  return typeof details === "object" && details !== null &&
    LOSSES.includes(Reflect.get(details, "reason"));
}
