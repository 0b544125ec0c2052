/**
 * Runs what other nodes of the hub ask of spokes that are connected here. The node that asks has
 * checked the caller's rights and the input; the spoke checks the hub.
 *
 * @module
 */
import {
  CallError,
  type CallValues,
  type Dispatcher,
  type ImportedSpec,
  InfrastructureErrorCode,
  parseOperationName,
  type RootCall,
  type SessionCallOptions,
  traceAbove,
} from "@alkdev/operations";
import type { LocalSpokes } from "./local_spokes.ts";

/** Creates what answers the other nodes. */
export function createRelay(local: Pick<LocalSpokes, "sessionOf" | "get">): Dispatcher {
  function find(operation: string): { peerId: string; imported: ImportedSpec } | undefined {
    const full = parseOperationName(operation) ?? "";
    const slash = full.indexOf("/");
    const peerId = full.slice(0, slash);
    const imported = local.get(peerId)?.set.operations.get(full.slice(slash + 1));
    return imported && { peerId, imported };
  }

  function routeOf(root: RootCall) {
    const found = find(root.operation);
    const session = found && local.sessionOf(found.peerId);
    if (found === undefined || session === undefined) {
      const operationId = root.operation;
      const message = `Operation not found: ${operationId}`;
      throw new CallError(InfrastructureErrorCode.OPERATION_NOT_FOUND, message, { operationId });
    }
    return {
      session,
      operation: `/${found.imported.name}`,
      options: optionsOf(root, found.imported),
    };
  }

  return {
    typeOf: (operation) => find(operation)?.imported.spec.type,
    async call(root) {
      try {
        const { session, operation, options } = routeOf(root);
        return await session.call(operation, root.input, options);
      } finally {
        root.onHandlerEnd?.();
      }
    },
    subscribe(root) {
      const { onHandlerEnd = () => {} } = root;
      try {
        const { session, operation, options } = routeOf(root);
        return Promise.resolve(
          passing(session.subscribe(operation, root.input, options), onHandlerEnd),
        );
      } catch (error) {
        onHandlerEnd();
        return Promise.reject(error);
      }
    },
  };
}

/** The same values; `onEnd` hears, once, that they are over. A generator would cost more for each. */
function passing(values: AsyncIterableIterator<unknown>, onEnd: () => void): CallValues {
  let isOver = false;
  const end = () => {
    if (!isOver) onEnd();
    isOver = true;
  };
  return {
    async next() {
      try {
        const step = await values.next();
        if (step.done) end();
        return step;
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      end();
      await values.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function optionsOf(
  { signal, timeoutMs, forwardedFor, trace, onProgress }: RootCall,
  { spec }: ImportedSpec,
): SessionCallOptions {
  return {
    signal,
    timeoutMs,
    // The node that asks has the span of this call.
    trace: trace && traceAbove(trace),
    forwardedFor: forwardedFor ?? undefined,
    onProgress,
    declared: spec.errorSchemas?.map(({ code }) => code),
  };
}
