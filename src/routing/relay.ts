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
    subscribe: (root) =>
      new Promise((resolve) => {
        const { session, operation, options } = routeOf(root);
        const values = pass(session.subscribe(operation, root.input, options), root.onHandlerEnd);
        const passed: CallValues = {
          next: () => values.next(),
          return: () => values.return(undefined),
          [Symbol.asyncIterator]: () => passed,
        };
        resolve(passed);
      }),
  };
}

async function* pass(
  values: AsyncIterable<unknown>,
  onEnd: (() => void) | undefined,
): AsyncGenerator<unknown, undefined> {
  try {
    yield* values;
  } finally {
    onEnd?.();
  }
  return undefined;
}

function optionsOf(
  { signal, timeoutMs, forwardedFor }: RootCall,
  { spec }: ImportedSpec,
): SessionCallOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(forwardedFor ? { forwardedFor } : {}),
    ...(spec.errorSchemas ? { declared: spec.errorSchemas.map(({ code }) => code) } : {}),
  };
}
