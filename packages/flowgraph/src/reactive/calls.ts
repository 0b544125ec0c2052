/**
 * Carries out the calls of one workflow through whatever `invoke` it was given.
 *
 * @module
 */
import { normaliseError } from "../core/errors.ts";
import type { WorkflowCommand, WorkflowEvent } from "../core/state.ts";
import { unwrapResponse } from "../graph/call_evidence.ts";
import type { Identity } from "../schema/call.ts";

/** What a call is told about itself. */
export interface InvokeContext {
  /** Also the idempotency key: a repeated attempt has the same one. */
  readonly requestId: string;
  /** Id of the workflow. */
  readonly parentRequestId: string;
  readonly nodeId: string;
  readonly attempt: number;
  /** Fires when the answer is no longer wanted. */
  readonly signal: AbortSignal;
  readonly deadline?: number;
  readonly identity?: Identity;
}

/** A call that is under way and can be stopped. */
export interface Invocation {
  readonly result: Promise<unknown>;
  readonly abort?: () => void;
}

/** Calls an operation, wherever it is. */
export type Invoke = (
  operationId: string,
  input: unknown,
  context: InvokeContext,
) => Promise<unknown> | Invocation;

type InvokeCommand = Extract<WorkflowCommand, { type: "invoke" }>;

type Ending = Extract<WorkflowEvent, { requestId: string }>;

/** How the items of a subscription are gathered. */
export interface Collect {
  readonly maxItems: number;
}

interface Call {
  readonly controller: AbortController;
  abort?: (() => void) | undefined;
}

function isInvocation(value: unknown): value is Invocation {
  return typeof value === "object" && value !== null && "result" in value && !("then" in value);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof value === "object" && value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value);
}

async function gather(
  value: unknown,
  { maxItems, signal }: Collect & { signal: AbortSignal },
): Promise<unknown> {
  if (!isAsyncIterable(value)) return value;
  const items: unknown[] = [];
  if (maxItems === 0) return items;
  for await (const item of value) {
    items.push(unwrapResponse(item));
    // Leaving the loop ends the source. It is left before the next item, which may never come.
    if (items.length >= maxItems || signal.aborted) break;
  }
  return items;
}

/** Calls under way. */
export class Calls {
  readonly #invoke: Invoke;
  readonly #now: () => number;
  readonly #report: (event: WorkflowEvent) => void;
  readonly #open = new Map<string, Call>();

  constructor(
    { invoke, now, report }: {
      invoke: Invoke;
      now: () => number;
      report: (event: WorkflowEvent) => void;
    },
  ) {
    this.#invoke = invoke;
    this.#now = now;
    this.#report = report;
  }

  /** Makes a call and reports its end, unless it is cancelled before. */
  async start(command: InvokeCommand, collect: Collect | undefined): Promise<void> {
    const call: Call = { controller: new AbortController() };
    this.#open.set(command.requestId, call);
    // Reported outside of #answer(): what goes wrong there is no failure of the call.
    this.#end(call, await this.#answer(command, { call, collect }));
  }

  async #answer(
    command: InvokeCommand,
    { call, collect }: { call: Call; collect: Collect | undefined },
  ): Promise<Ending> {
    const { requestId } = command, { signal } = call.controller;
    try {
      const result = await this.#result(command, call);
      const output = collect ? await gather(result, { ...collect, signal }) : result;
      return { type: "node.succeeded", requestId, output, at: this.#now() };
    } catch (thrown) {
      const error = normaliseError(thrown);
      return { type: "node.failed", requestId, error, at: this.#now() };
    }
  }

  #result(command: InvokeCommand, call: Call): unknown {
    const { operationId, input, requestId, parentRequestId, nodeId, attempt } = command;
    const { deadline, identity } = command;
    const result = this.#invoke(operationId, input, {
      requestId,
      parentRequestId,
      nodeId,
      attempt,
      signal: call.controller.signal,
      ...(deadline !== undefined && { deadline }),
      ...(identity !== undefined && { identity }),
    });
    if (!isInvocation(result)) return result;
    call.abort = result.abort;
    return result.result;
  }

  #end(call: Call, event: Ending): void {
    if (this.#open.get(event.requestId) !== call) return; // cancelled, or let go
    this.#open.delete(event.requestId);
    this.#report(event);
  }

  /** Tells a call that its answer is no longer wanted. */
  cancel(requestId: string, reason: string): void {
    const call = this.#open.get(requestId);
    if (call === undefined) return;
    this.#open.delete(requestId);
    call.controller.abort(new DOMException(reason, "AbortError"));
    call.abort?.();
  }

  /** Lets all calls go without a word: another host may wait for them. */
  clear(): void {
    this.#open.clear();
  }
}
