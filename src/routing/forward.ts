/**
 * Passes calls on to the spokes that answer them: over their own connection, or through the node that
 * has it.
 *
 * @module
 */
import {
  CallError,
  type CallSession,
  InfrastructureErrorCode,
  type OperationContext,
  type OperationSpec,
  type ProgressReport,
  type SessionCallOptions,
} from "@alkdev/operations";
import type { LocalSpokes } from "./local_spokes.ts";
import type { NodeLinks } from "./node_links.ts";
import type { SpokeEntry } from "./spoke_index.ts";

/** What forwarding needs. */
export interface ForwardPorts {
  readonly node: string;
  readonly local: Pick<LocalSpokes, "sessionOf">;
  readonly links: Pick<NodeLinks, "to">;
}

/** Calls an operation of a spoke. What cannot be routed throws at once, as a handler may. */
export interface Forward {
  call(to: Target, input: unknown, context: OperationContext): Promise<unknown>;
  subscribe(to: Target, input: unknown, context: OperationContext): AsyncIterable<unknown>;
}

/** An operation of a spoke. */
export interface Target {
  readonly entry: SpokeEntry;
  readonly name: string;
  readonly spec: OperationSpec;
}

interface Route {
  readonly session: CallSession;
  readonly operation: string;
  readonly options: SessionCallOptions;
}

/** Creates what forwards calls from this node. */
export function createForward({ node, local, links }: ForwardPorts): Forward {
  function routeTo({ entry, name, spec }: Target, context: OperationContext): Route {
    const { peerId } = entry;
    // A call never goes back to whoever made it.
    if (context.identity?.id === peerId) throw notThere(peerId, name);
    const isHere = entry.node === node;
    const session = isHere ? local.sessionOf(peerId) : links.to(entry.node);
    if (session === undefined) throw isHere ? notThere(peerId, name) : outOfReach();
    const operation = isHere ? `/${name}` : `/${peerId}/${name}`;
    return { session, operation, options: optionsOf(spec, context) };
  }

  return {
    call(to, input, context) {
      const { session, operation, options } = routeTo(to, context);
      const answer = session.call(operation, input, options);
      return to.entry.node === node ? answer : answer.catch(failTold);
    },
    subscribe(to, input, context) {
      const { session, operation, options } = routeTo(to, context);
      const values = session.subscribe(operation, input, options);
      return to.entry.node === node ? values : tellingErrors(values);
    },
  };
}

function optionsOf(spec: OperationSpec, context: OperationContext): SessionCallOptions {
  const { originator, deadline, cancellation, trace } = context;
  const left = deadline === null || deadline === undefined ? undefined : deadline - Date.now();
  return {
    signal: cancellation,
    trace,
    timeoutMs: left === undefined ? undefined : Math.max(1, left),
    isTimed: left !== undefined,
    // Who asked, and nothing of what they may do elsewhere.
    forwardedFor: originator ? { id: originator.id, scopes: [], resources: {} } : undefined,
    declared: spec.errorSchemas?.map(({ code }) => code),
    onProgress: context.wantsProgress === true
      ? (report: ProgressReport) => context.progress?.(report)
      : undefined,
  };
}

function notThere(peerId: string, name: string): CallError {
  const operationId = `${peerId}/${name}`;
  return new CallError(
    InfrastructureErrorCode.OPERATION_NOT_FOUND,
    `Operation not found: ${operationId}`,
    { operationId },
  );
}

/** It is there, and this node cannot speak to the one that has it for the moment. */
function outOfReach(): CallError {
  return new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    "the node that has the connection of the spoke cannot be reached",
    { reason: "node_unreachable" },
    { retryable: true },
  );
}

const CLOSED = "connection closed";

/** The same values; an error of theirs in other words. A generator would cost more for each of them. */
function tellingErrors(values: AsyncIterableIterator<unknown>): AsyncIterableIterator<unknown> {
  return {
    next: () => values.next().catch(failTold),
    return: () => values.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function failTold(error: unknown): never {
  throw told(error);
}

/** An error of a call through another node, in the words that it has through this one. */
function told(error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  // A lost node is no fault of the spoke, which comes back through another one: try again.
  if (error.message === CLOSED) {
    return new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      "the node that has the connection of the spoke is gone",
      { reason: "node_lost" },
      { retryable: true, cause: error },
    );
  }
  const { code, details, retryable } = error;
  // Messages of others are not passed on; what they mean is.
  return code === InfrastructureErrorCode.EXECUTION_ERROR && isClosed(details)
    ? new CallError(code, CLOSED, details, { retryable, cause: error })
    : error;
}

function isClosed(details: unknown): boolean {
  return typeof details === "object" && details !== null &&
    Reflect.get(details, "reason") === "connection_closed";
}
