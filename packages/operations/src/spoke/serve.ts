/**
 * Serves the operations of a program, and tells the hub of them.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, wallTimeOf } from "../clock.ts";
import type { Dispatcher } from "../dispatch_types.ts";
import { createDispatcher } from "../dispatcher.ts";
import type { Grants } from "../grants.ts";
import type { Identity } from "../identity.ts";
import { registryName } from "../names.ts";
import { OperationRegistry } from "../registry.ts";
import type { AnyHandler } from "../registration.ts";
import { traceAbove } from "../trace.ts";
import { type CallContext, type OperationSpec, OperationType } from "../types.ts";
import { registryView } from "../view.ts";
import type { LibraryOperation, SpokeContext, SpokeOperation } from "./operation.ts";
import type { Remote } from "./remote.ts";
import { type ReadSchema, readSchema } from "./schema.ts";
import { DISCOVERY_NAMESPACE, registerDiscovery } from "./discovery.ts";

/** What serving needs. */
export interface ServeOptions {
  readonly operations: readonly (SpokeOperation | LibraryOperation)[];
  /** What the hub may call here. Default: all scopes that the operations ask for. */
  readonly hubScopes?: readonly string[] | undefined;
  readonly clock: Clock;
  /** For handlers that call back. */
  readonly remote: () => Remote;
}

/** Operations that can be called. */
export interface Served {
  readonly dispatcher: Dispatcher;
  /** The hub, as it is judged here. */
  readonly hub: Identity;
}

const log = getLogger("operations:spoke");
/** The hub is who calls; whom it asks for was judged there. */
const EXTERNAL: Grants = { visibility: "external", public: true };

/**
 * Prepares operations to be called by a hub.
 *
 * @throws {TypeError} if a name stands twice or is the protocol's own, or an operation cannot be
 * offered.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const registry = new OperationRegistry();
  const names = new Set<string>();
  for (const one of options.operations) {
    const { spec, handler } = "run" in one ? await definitionOf(one, options) : split(one);
    const name = registryName(spec) ?? `${spec.namespace}/${spec.name}`;
    if (spec.namespace === DISCOVERY_NAMESPACE) {
      throw new TypeError(`Cannot offer ${name}: the namespace belongs to the protocol`);
    }
    if (names.has(name)) throw new TypeError(`Cannot offer ${name}: the name stands twice`);
    names.add(name);
    registry.register({ ...spec, handler }, EXTERNAL);
  }
  const hub = hubIdentity(registry, options.hubScopes);
  registerDiscovery(registry);
  registry.seal();
  const dispatcher = createDispatcher({ view: registryView(registry), clock: options.clock });
  return { dispatcher, hub };
}

function split({ handler, ...spec }: LibraryOperation): Definition {
  return { spec, handler };
}

interface Definition {
  readonly spec: OperationSpec;
  readonly handler: AnyHandler;
}

async function definitionOf(
  operation: SpokeOperation,
  around: Surroundings,
): Promise<Definition> {
  const { name, type, description, access, errors, tags } = operation;
  const slash = name.indexOf("/");
  const input = await readSchema(operation.input, "input");
  const output = await readSchema(operation.output, "output");
  return {
    spec: {
      ...{ namespace: name.slice(0, slash), name: name.slice(slash + 1), version: "1.0.0" },
      ...{ description, accessControl: access, errorSchemas: [...errors], tags: [...tags] },
      type: OPERATION_TYPES[type],
      inputSchema: input.typebox,
      outputSchema: output.typebox,
    },
    handler: handlerOf(operation, { input, output, around }),
  };
}

const OPERATION_TYPES = {
  query: OperationType.QUERY,
  mutation: OperationType.MUTATION,
  subscription: OperationType.SUBSCRIPTION,
} as const;

type Surroundings = Pick<ServeOptions, "remote" | "clock">;

interface HandlerParts {
  readonly input: ReadSchema;
  readonly output: ReadSchema;
  readonly around: Surroundings;
}

function handlerOf(operation: SpokeOperation, { input, output, around }: HandlerParts): AnyHandler {
  const run = async (value: unknown, context: CallContext) =>
    operation.run(await input.parse?.(value) ?? value, contextOf(operation, context, around));
  const told = async (value: unknown) => await output.parse?.(value) ?? value;
  if (operation.type !== "subscription") {
    return async (value, context) => await told(await run(value, dispatched(context)));
  }
  return async function* (value, context) {
    const values = await run(value, dispatched(context));
    if (!isAsyncIterable(values)) {
      throw new TypeError(`Cannot stream ${operation.name}: its handler gives no values`);
    }
    for await (const one of values) yield await told(one);
  };
}

/** Nothing but the dispatcher runs these handlers, and it makes whole contexts. */
function dispatched(context: object): CallContext {
  return context as CallContext;
}

function contextOf(
  { name }: SpokeOperation,
  context: CallContext,
  { remote, clock }: Surroundings,
): SpokeContext {
  const { signal, requestId = "", forwardedFor, deadline, trace: own } = context;
  const now = clock.now();
  // Taken once: the time of day may be set while the handler runs.
  const until = deadline === null ? null : now + deadline - wallTimeOf(clock, now);
  /** A call that a handler makes has no more time than the handler. */
  const within = () => until === null ? {} : { timeoutMs: Math.max(1, until - clock.now()) };
  // This program records no spans: what it asks for belongs right below the hub's call.
  const trace = traceAbove(own);
  return {
    ...{ signal, requestId, deadline, trace },
    caller: forwardedFor,
    progress: (report) => context.progress(report),
    log: log.with({ operation: name, requestId }),
    call: (operation, input, options = {}) =>
      remote().call(operation, input, { ...within(), trace, ...options, signal }),
    subscribe: (operation, input, options = {}) =>
      remote().subscribe(operation, input, { ...within(), trace, ...options, signal }),
  };
}

/** Without scopes of its own the hub may do whatever is asked for: this program went to it. */
function hubIdentity(
  registry: OperationRegistry,
  scopes: readonly string[] | undefined,
): Identity {
  const all = new Set<string>(scopes);
  const resources: Record<string, string[]> = {};
  if (scopes === undefined) {
    for (const { accessControl: access } of registry.getAllSpecs()) {
      for (const scope of access.requiredScopes) all.add(scope);
      for (const scope of access.requiredScopesAny ?? []) all.add(scope);
      const { resourceType: type, resourceAction: action = "*" } = access;
      if (type !== undefined) (resources[type] ??= []).push(action);
    }
  }
  return { id: "hub", scopes: [...all], resources };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
