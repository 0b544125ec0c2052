/**
 * The registry of operations, and the library's older way to run them.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { enforceAccess } from "./access.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { defaultAdapter, type SchemaAdapter } from "./from_typemap.ts";
import { checkGrants, type Grants } from "./grants.ts";
import { admit, notFound, type Target } from "./invocation.ts";
import { libraryId, registryName } from "./names.ts";
import { castEnvelope } from "./output.ts";
import {
  type AnyHandler,
  checkHandlerKind,
  operationId,
  type Registration,
} from "./registration.ts";
import type { ResponseEnvelope } from "./response-envelope.ts";
import {
  type OperationContext,
  type OperationHandler,
  type OperationSpec,
  OperationType,
  type SubscriptionHandler,
} from "./types.ts";

/** How a registry reads the schemas it is given. */
export interface RegistryOptions {
  schemaAdapter?: SchemaAdapter;
}

type Definition = OperationSpec & { handler?: OperationHandler | SubscriptionHandler };

interface Entry {
  readonly spec: OperationSpec;
  readonly grants: Grants;
}

const log = getLogger("operations:registry");
const NO_GRANTS: Grants = Object.freeze({});

function refuseStream({ id }: Target, type: OperationType): void {
  if (type === OperationType.SUBSCRIPTION) {
    throw new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      `Cannot execute ${id}: it is a subscription, use subscribe()`,
      { operationId: id },
    );
  }
}

/**
 * Operations by id, specifications and handlers apart.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { OperationRegistry, OperationType } from "@alkdev/operations";
 *
 * const registry = new OperationRegistry();
 * registry.register({
 *   namespace: "math", name: "double", version: "1.0.0", type: OperationType.QUERY,
 *   description: "Twice the number", accessControl: { requiredScopes: [] },
 *   inputSchema: Type.Object({ n: Type.Number() }), outputSchema: Type.Number(),
 *   handler: ({ n }: { n: number }) => 2 * n,
 * });
 * const envelope = await registry.execute("math.double", { n: 21 }, {});
 * strictEqual(envelope.data, 42);
 * ```
 */
export class OperationRegistry {
  // Not a `#private` field: compatibility checks read and write it.
  private readonly handlers: Map<string, AnyHandler> = new Map();
  readonly #entries = new Map<string, Entry>();
  readonly #adapter: SchemaAdapter;
  #sealed = false;

  /** Makes an empty registry. */
  constructor(options: RegistryOptions = {}) {
    this.#adapter = options.schemaAdapter ?? defaultAdapter;
  }

  /**
   * Registers a specification and, if there is one, its handler. The same id again replaces them.
   *
   * @throws {Error} if a schema cannot be read or the handler is of the wrong kind; nothing is stored.
   * @throws {TypeError} if `grants` cannot be given to it, or the registry is sealed.
   */
  register<TInput, TOutput, TContext extends OperationContext>(
    operation: OperationSpec & {
      handler?:
        | OperationHandler<TInput, TOutput, TContext>
        | SubscriptionHandler<TInput, TOutput, TContext>;
    },
    grants: Grants = NO_GRANTS,
  ): void {
    const { handler, ...spec } = operation;
    const entry = this.#prepare(spec, grants);
    if (handler !== undefined) checkHandlerKind(entry.spec, handler);
    const id = this.#store(entry);
    // Input fits the schema before a handler sees it, and only a dispatcher makes the richer context.
    if (handler !== undefined) this.handlers.set(id, handler as AnyHandler);
  }

  /** Registers several in order, and stops at the first that throws. */
  registerAll(operations: Definition[]): void {
    for (const operation of operations) this.register(operation);
  }

  /**
   * Registers a specification; a handler may follow.
   *
   * @throws {Error} as {@linkcode OperationRegistry.register} does.
   */
  registerSpec(spec: OperationSpec, grants: Grants = NO_GRANTS): void {
    const { handler: _, ...bare }: Definition = spec;
    this.#store(this.#prepare(bare, grants));
  }

  /**
   * Gives a handler to a registered specification.
   *
   * @throws {Error} if the id is unknown or the handler is of the wrong kind.
   */
  registerHandler<TInput, TOutput, TContext extends OperationContext>(
    id: string,
    handler:
      | OperationHandler<TInput, TOutput, TContext>
      | SubscriptionHandler<TInput, TOutput, TContext>,
  ): void {
    this.#refuseIfSealed(id);
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      throw new Error(`Cannot register handler for unknown operation: ${id}`);
    }
    checkHandlerKind(entry.spec, handler);
    this.handlers.set(id, handler as AnyHandler); // as in register()
    log.debug("handler registered", { operation: id });
  }

  /** The specification with its handler, as a fresh object. */
  get(id: string): Definition | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const handler = this.handlers.get(id);
    // The key is there even without a handler: callers compare whole objects.
    return { ...entry.spec, handler } as Definition;
  }

  /** The stored specification; the same object each time. */
  getSpec(id: string): OperationSpec | undefined {
    return this.#entries.get(id)?.spec;
  }

  /** The handler alone. */
  getHandler(id: string): AnyHandler | undefined {
    return this.handlers.get(id);
  }

  /** As {@linkcode OperationRegistry.get}, by the two parts of the id. */
  getByName(namespace: string, name: string): Definition | undefined {
    return this.get(operationId({ namespace, name }));
  }

  /** All operations in the order of their first registration. */
  list(): Definition[] {
    return [...this.#entries.keys()].flatMap((id) => this.get(id) ?? []);
  }

  /** All specifications in the order of their first registration. */
  getAllSpecs(): OperationSpec[] {
    return Array.from(this.#entries.values(), ({ spec }) => spec);
  }

  /** The operation under a registry name (`fs/readFile`), with all that was granted to it. */
  resolve(name: string): Registration | undefined {
    const registration = this.registration(libraryId(name));
    // `a/b.c` and `a.b/c` share a library id, but only the first of them is a name.
    return registration && registryName(registration.spec) === name ? registration : undefined;
  }

  /** The operation under a library id, with all that was granted to it. */
  registration(id: string): Registration | undefined {
    const entry = this.#entries.get(id);
    return entry && {
      id,
      spec: entry.spec,
      handler: this.handlers.get(id),
      grants: entry.grants,
      access: [entry.spec.accessControl],
    };
  }

  /** From now on nothing can be registered: operations that compose are fixed once a program runs. */
  seal(): void {
    this.#sealed = true;
  }

  /**
   * Runs a query or a mutation in this process, as `context` says. No transport leads here.
   *
   * @throws {CallError} if it cannot be run; whatever the handler throws passes unchanged.
   */
  async execute<TInput = unknown, TOutput = unknown>(
    operationId: string,
    input: TInput,
    context: OperationContext,
  ): Promise<ResponseEnvelope<TOutput>> {
    const spec = this.getSpec(operationId);
    if (spec === undefined) throw notFound(operationId);
    const target = { id: operationId, spec, handler: this.handlers.get(operationId) };
    const handler = admit(target, input, {
      authorize: ({ id }) =>
        enforceAccess(spec.accessControl, context.identity, id, context.trusted),
      checkType: refuseStream,
    });
    const result: unknown = await handler(input, context);
    // The output schema was applied; that it describes TOutput is the caller's word.
    return castEnvelope(target, result) as ResponseEnvelope<TOutput>;
  }

  #prepare(spec: OperationSpec, grants: Grants): Entry {
    this.#refuseIfSealed(operationId(spec));
    checkGrants(spec, grants);
    return {
      spec: {
        ...spec,
        inputSchema: this.#adapter.toTypeBox(spec.inputSchema),
        outputSchema: this.#adapter.toTypeBox(spec.outputSchema),
      },
      grants,
    };
  }

  #store(entry: Entry): string {
    const id = operationId(entry.spec);
    this.#entries.set(id, entry);
    log.debug("operation registered", { operation: id });
    return id;
  }

  #refuseIfSealed(id: string): void {
    if (this.#sealed) throw new TypeError(`Cannot register ${id}: the registry is sealed`);
  }
}
