/**
 * An operation of a service as one of the hub's.
 *
 * @module
 */
import {
  type AccessControl,
  createRegistration,
  type Grants,
  isResponseEnvelope,
  type OperationHandler,
  type OperationSpec,
  plainText,
  type Registration,
  type SubscriptionHandler,
} from "@alkdev/operations";
import { type TSchema, Type } from "@sinclair/typebox";
import { upstreamError } from "./upstream_error.ts";

/** As the library makes them of documents and tools. */
export type ForeignOperation = OperationSpec & {
  handler: OperationHandler | SubscriptionHandler;
};

/** What an import adds. */
export interface ImportedOptions {
  /** Its name below the namespace. */
  readonly name: string;
  readonly access: AccessControl;
  readonly grants: Pick<Grants, "provenance" | "capabilities">;
  readonly checkOutput: boolean;
}

const MAX_DESCRIPTION = 512;
const MAX_TAGS = 16;

/**
 * Makes a registration. Callers from outside may name it, because the configuration says who of them
 * may call it; it forwards and never composes.
 */
export function importedOperation(
  { handler, ...foreign }: ForeignOperation,
  { name, access, grants, checkOutput }: ImportedOptions,
): Registration {
  const spec: OperationSpec = {
    ...foreign,
    name,
    // What others write is data: it is shown, and kept from looking like anything else.
    description: plainText(foreign.description, MAX_DESCRIPTION),
    tags: (foreign.tags ?? []).slice(0, MAX_TAGS).map((tag) => plainText(tag, 64)),
    accessControl: access,
    outputSchema: checkOutput ? foreign.outputSchema : told(foreign.outputSchema),
  };
  return createRegistration(spec, handlerOf(spec, handler), {
    grants: { ...grants, visibility: "external" },
    access: [access],
  });
}

/** A schema that is shown and not asked: its symbols are what a check goes by. */
function told(schema: TSchema): TSchema {
  return Type.Unknown(Object.fromEntries(Object.entries(schema)));
}

/** Answers with the value alone: what came around it may hold headers. */
function handlerOf(
  spec: OperationSpec,
  handler: OperationHandler | SubscriptionHandler,
): OperationHandler | SubscriptionHandler {
  if (spec.type === "subscription") {
    return async function* (input, context) {
      try {
        const values: unknown = handler(input, context);
        if (!isAsyncIterable(values)) throw new TypeError("A subscription gave no stream");
        for await (const value of values) yield plainValue(value);
      } catch (error) {
        throw upstreamError(error, spec);
      }
    };
  }
  return async (input, context) => {
    try {
      return plainValue(await handler(input, context));
    } catch (error) {
      throw upstreamError(error, spec);
    }
  };
}

function plainValue(result: unknown): unknown {
  const value = isResponseEnvelope(result) ? result.data : result;
  // What is neither JSON nor text travels as text all the same.
  return value instanceof ArrayBuffer ? new Uint8Array(value).toBase64() : value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
