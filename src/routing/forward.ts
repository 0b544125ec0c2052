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

/** Calls an operation of a spoke. */
export interface Forward {
  call(to: Target, input: unknown, context: OperationContext): Promise<unknown>;
  subscribe(to: Target, input: unknown, context: OperationContext): AsyncGenerator<unknown, void>;
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
    async call(to, input, context) {
      const { session, operation, options } = routeTo(to, context);
      try {
        return await session.call(operation, input, options);
      } catch (error) {
        throw told(error, to.entry, node);
      }
    },
    async *subscribe(to, input, context) {
      const { session, operation, options } = routeTo(to, context);
      try {
        yield* session.subscribe(operation, input, options);
      } catch (error) {
        throw told(error, to.entry, node);
      }
    },
  };
}

function optionsOf(spec: OperationSpec, context: OperationContext): SessionCallOptions {
  const { originator, deadline, signal } = context;
  const left = deadline === null || deadline === undefined ? undefined : deadline - Date.now();
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(left === undefined ? {} : { timeoutMs: Math.max(1, left) }),
    // Who asked, and nothing of what they may do elsewhere.
    ...(originator ? { forwardedFor: { id: originator.id, scopes: [], resources: {} } } : {}),
    ...(spec.errorSchemas ? { declared: spec.errorSchemas.map(({ code }) => code) } : {}),
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

/** An error of a call through another node, in the words that it has through this one. */
function told(error: unknown, entry: SpokeEntry, node: string): unknown {
  if (entry.node === node || !(error instanceof CallError)) return error;
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
