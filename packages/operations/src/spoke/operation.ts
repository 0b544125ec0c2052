/**
 * Operations as programs define them, in a few lines each.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { Identity } from "../identity.ts";
import type { ProgressReport } from "../progress.ts";
import type { TraceContext } from "../trace.ts";
import { parseOperationName } from "../names.ts";
import type { AccessControl, ErrorDefinition, OperationSpec } from "../types.ts";
import type { AnyHandler } from "../registration.ts";
import type { RemoteCallOptions, SubscribeOptions } from "./remote.ts";
import type { AnySchema, Parsed, Unparsed } from "./schema.ts";

/** How a handler calls others: in its own request's time, and no longer than that is wanted. */
export type HandlerCallOptions = Omit<RemoteCallOptions, "signal">;

/** What a handler is told besides its input, and what it can do. */
export interface SpokeContext {
  /** Aborted when nobody wants the answer any more. Pass it to whatever waits. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Whom the hub says it asks for: right for records and views, as far as the hub is trusted. */
  readonly caller: Identity | null;
  /** When the caller stops waiting, in milliseconds since the epoch. */
  readonly deadline: number | null;
  /** Where the hub's call stands in its trace; `traceparent()` spells it for others. */
  readonly trace: TraceContext;
  readonly log: Logger;
  /**
   * Says how far the work has come, to callers that want to hear it. Numbers grow; `total` is what
   * they grow to. It is news, not data: what cannot be told at once is dropped.
   */
  progress(report: ProgressReport): void;
  /**
   * Calls an operation at the hub, over the connection that this request came by, with this
   * program's own rights.
   *
   * @throws {CallError} as that call failed.
   */
  call(operation: string, input?: unknown, options?: HandlerCallOptions): Promise<unknown>;
  /** Subscribes at the hub, as `call` calls. */
  subscribe(
    operation: string,
    input?: unknown,
    options?: Omit<SubscribeOptions, "signal">,
  ): AsyncIterableIterator<unknown, undefined>;
}

/** What an operation is and does. */
export interface OperationOptions<Input extends AnySchema, Output extends AnySchema> {
  /** Such as `fs/read`. The hub puts this program's own name before it. */
  readonly name: string;
  /** For people and for models that choose tools. */
  readonly description?: string;
  /**
   * Queries change nothing and may be repeated. Default: `subscription` where the handler is an async
   * generator function, otherwise `mutation`.
   */
  readonly type?: "query" | "mutation" | "subscription";
  /** Default: any object. */
  readonly input?: Input;
  /** Default: anything. */
  readonly output?: Output;
  /** Scopes that callers at the hub need, on top of what the hub asks for. Default: none. */
  readonly scopes?: readonly string[];
  /** Codes that the handler throws as a `CallError`; others are told as `INTERNAL`. */
  readonly errors?: readonly ErrorDefinition[];
  readonly tags?: readonly string[];
  readonly handler:
    | ((
      input: Parsed<Input>,
      context: SpokeContext,
    ) => Promise<Unparsed<Output>> | Unparsed<Output>)
    | ((
      input: Parsed<Input>,
      context: SpokeContext,
    ) => AsyncGenerator<Unparsed<Output>, void, unknown>);
}

/** An operation that is ready to be served. */
export interface SpokeOperation {
  readonly name: string;
  readonly description: string;
  readonly type: "query" | "mutation" | "subscription";
  readonly input: unknown;
  readonly output: unknown;
  readonly access: AccessControl;
  readonly errors: readonly ErrorDefinition[];
  readonly tags: readonly string[];
  readonly run: (input: unknown, context: SpokeContext) => unknown;
}

/** An operation of the library, such as those that are made of an OpenAPI document or an MCP server. */
export type LibraryOperation = OperationSpec & { readonly handler: AnyHandler };

const ASYNC_GENERATOR_FUNCTION = "[object AsyncGeneratorFunction]";

/**
 * Defines an operation, whose handler is typed by its schemas.
 *
 * @throws {TypeError} if the name is none.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { operation } from "@alkdev/operations/spoke";
 * import { Type } from "@sinclair/typebox";
 *
 * const upper = operation({
 *   name: "text/upper",
 *   input: Type.Object({ text: Type.String() }),
 *   handler: ({ text }) => text.toUpperCase(),
 * });
 * strictEqual(upper.type, "mutation");
 * ```
 */
export function operation<
  Input extends AnySchema = Record<string, unknown>,
  Output extends AnySchema = Record<string, unknown>,
>(options: OperationOptions<Input, Output>): SpokeOperation {
  const { name, handler, description = "", scopes = [], errors = [], tags = [] } = options;
  if (parseOperationName(name) !== name || !name.includes("/")) {
    throw new TypeError(`Cannot define operation ${JSON.stringify(name)}: not like "fs/read"`);
  }
  const isStream = Object.prototype.toString.call(handler) === ASYNC_GENERATOR_FUNCTION;
  return {
    ...{ name, description, errors, tags },
    type: options.type ?? (isStream ? "subscription" : "mutation"),
    input: options.input ?? { type: "object" },
    output: options.output ?? {},
    access: { requiredScopes: [...scopes] },
    // The input was checked by the very schema that this type was made of.
    run: (input, context) => handler(input as Parsed<Input>, context),
  };
}
