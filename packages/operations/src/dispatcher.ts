/**
 * Dispatch: the one way by which operations run for callers from outside and for each other.
 *
 * Three independent controls stand on it. Visibility says whether a caller from outside may name an
 * operation at all, access control whose rights suffice for it, and the scoped env which operations a
 * handler can name. No flag, identity or payload goes past any of them.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { authorize } from "./authorize.ts";
import { CallNode } from "./call_node.ts";
import type { InvokeOptions } from "./call_scope.ts";
import { CallStream } from "./call_stream.ts";
import { Capabilities } from "./capabilities.ts";
import { type Clock, systemClock } from "./clock.ts";
import { conformError } from "./conform_error.ts";
import type { Dispatcher, DispatcherOptions, DispatchLimits, RootCall } from "./dispatch_types.ts";
import { DeadlineQueue } from "./deadline_queue.ts";
import { type ContextParts, DispatchContext } from "./dispatch_context.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { authorityIdentity, type ScopedEnv } from "./grants.ts";
import type { Identity } from "./identity.ts";
import { admit, isThenable, notFound, openStream } from "./invocation.ts";
import { parseOperationName } from "./names.ts";
import { observeCall, type Report, SeenCall } from "./observe.ts";
import { checkOutput } from "./output.ts";
import { randomId } from "./random_id.ts";
import type { AnyHandler, Registration } from "./registration.ts";
import { resourceIdAt } from "./resource_id.ts";
import { OperationType } from "./types.ts";
import { type OperationView, reach } from "./view.ts";

const DEFAULT_LIMITS: DispatchLimits = {
  callTimeoutMs: 30_000,
  maxTimeoutMs: 600_000,
  maxDepth: 16,
  abortGraceMs: 5_000,
};

const ignore = () => {};
const log = getLogger("operations:call");

/** What one call runs with, from admission to its end. */
interface Frame {
  readonly registration: Registration;
  readonly node: CallNode;
  readonly view: OperationView;
  readonly internal: boolean;
  readonly identity: Identity | null;
  readonly forwardedFor: Identity | null;
  readonly originator: Identity | null;
  /** Of the handler that composes this call. */
  readonly parentCapabilities: Capabilities;
  readonly onHandlerEnd: () => void;
  readonly idempotencyKey?: string | undefined;
}

class RegistryDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #limits: DispatchLimits;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #deadlines: DeadlineQueue;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? randomId;
    this.#deadlines = new DeadlineQueue(this.#clock);
  }

  call(request: RootCall): Promise<unknown> {
    try {
      const frame = this.#openRoot(request, this.#limits.callTimeoutMs);
      return this.#runOnce(frame, request.input);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async subscribe(request: RootCall): Promise<CallStream> {
    const frame = this.#openRoot(request, null);
    const { registration, node } = frame;
    let report: Report | undefined;
    try {
      const handler = this.#admit(frame, request.input, "stream");
      report = this.#observe(frame, request.input);
      const context = await this.#contextOf(frame);
      const source = openStream({ id: registration.id, handler }, request.input, context);
      return this.#streamOf(frame, source, report);
    } catch (thrown) {
      const error = conformError(thrown, registration.spec);
      node.settle();
      report ??= this.#observe(frame, request.input);
      report(error);
      frame.onHandlerEnd();
      throw error;
    }
  }

  typeOf(operation: string, view = this.#options.view): OperationType | undefined {
    const name = parseOperationName(operation);
    return name === undefined ? undefined : view.external(name)?.spec.type;
  }

  #openRoot(request: RootCall, defaultTimeoutMs: number | null): Frame {
    const view = request.view ?? this.#options.view;
    const name = parseOperationName(request.operation);
    const registration = name === undefined ? undefined : view.external(name);
    if (registration === undefined) {
      request.onHandlerEnd?.();
      throw notFound(request.operation);
    }
    const timeoutMs = request.timeoutMs === undefined
      ? defaultTimeoutMs
      : Math.min(request.timeoutMs, this.#limits.maxTimeoutMs);
    const node = CallNode.root({
      requestId: request.requestId ?? this.#newId(),
      deadline: timeoutMs === null ? null : this.#clock.now() + timeoutMs,
      deadlines: this.#deadlines,
      trace: request.trace,
      onProgress: request.onProgress,
    });
    node.follow(request.signal);
    return {
      registration,
      node,
      view,
      internal: false,
      idempotencyKey: request.idempotencyKey,
      identity: request.identity,
      forwardedFor: request.forwardedFor ?? null,
      originator: request.originator === undefined ? request.identity : request.originator,
      parentCapabilities: Capabilities.none,
      onHandlerEnd: request.onHandlerEnd ?? ignore,
    };
  }

  #admit(frame: Frame, input: unknown, kind: "once" | "stream"): AnyHandler {
    const { registration, identity, idempotencyKey } = frame;
    return admit(registration, input, {
      idempotencyKey,
      authorize: () => this.#authorize(registration, identity, input),
      checkType: ({ id }, type) => {
        if ((type === OperationType.SUBSCRIPTION) === (kind === "stream")) return;
        throw new CallError(
          "INVALID_OPERATION_TYPE",
          kind === "stream"
            ? `Cannot subscribe to ${id}: it is a ${type}`
            : `Cannot call ${id}: it is a subscription`,
        );
      },
    });
  }

  #authorize({ id, access, grants }: Registration, identity: Identity | null, input: unknown) {
    const path = grants.resourceIdPath;
    const claim = {
      id: path === undefined ? null : resourceIdAt(path, input),
      ownership: this.#options.ownership ?? null,
    };
    for (const control of access) {
      const result = authorize(control, identity, claim);
      if (!result.ok) {
        throw new CallError(InfrastructureErrorCode.ACCESS_DENIED, result.reason, {
          operationId: id,
        });
      }
    }
  }

  async #runOnce(frame: Frame, input: unknown): Promise<unknown> {
    const { registration, node } = frame;
    let report: Report | undefined;
    let work: Promise<unknown> | undefined;
    try {
      const handler = this.#admit(frame, input, "once");
      report = this.#observe(frame, input);
      const context = this.#contextOf(frame);
      const result = handler(input, context instanceof Promise ? await context : context);
      if (isThenable(result)) work = Promise.resolve(result);
      else if (node.reason !== undefined) throw node.reason;
      const value = checkOutput(registration, work === undefined ? result : await node.race(work));
      report(undefined, value);
      return value;
    } catch (thrown) {
      const error = conformError(thrown, registration.spec);
      report ??= this.#observe(frame, input);
      report(error);
      throw error;
    } finally {
      node.settle();
      // Only a handler whose call was aborted may go on after it.
      this.#afterHandler(frame, node.reason === undefined ? undefined : work);
    }
  }

  #streamOf(frame: Frame, source: AsyncIterator<unknown>, report: Report): CallStream {
    const { registration, node } = frame;
    const { idleTimeoutMs } = registration.grants;
    return new CallStream({
      node,
      source,
      accept: (value) => checkOutput(registration, value),
      conform: (error) => conformError(error, registration.spec),
      watchIdle: idleTimeoutMs === undefined
        ? undefined
        : (fire) => this.#deadlines.add(this.#clock.now() + idleTimeoutMs, fire),
      onEnd: ({ error, ended }) => {
        report(error);
        this.#afterHandler(frame, ended);
      },
    });
  }

  /** Everything after this line belongs to an admitted call: only now are secrets fetched. */
  #contextOf(frame: Frame): DispatchContext | Promise<DispatchContext> {
    const { registration, node } = frame;
    if (node.reason !== undefined) throw node.reason;
    const { capabilities = Capabilities.none } = registration.grants;
    if (typeof capabilities !== "function") return this.#contextWith(frame, capabilities);
    return node.race(Promise.resolve(capabilities()))
      .then((granted) => this.#contextWith(frame, granted));
  }

  #contextWith(frame: Frame, granted: Capabilities): DispatchContext {
    const { registration, node, internal, identity, forwardedFor, originator } = frame;
    const { grants } = registration;
    const scopedEnv = grants.scopedEnv ?? null;
    const capabilities = granted.inheriting(
      frame.parentCapabilities,
      grants.inheritCapabilities ?? [],
    );
    const handlerIdentity = authorityIdentity(grants.compositionAuthority ?? null);
    const parts: ContextParts = {
      node,
      internal,
      identity,
      forwardedFor,
      originator,
      capabilities,
      handlerIdentity,
      scopedEnv,
      contains: (name, peer) => reach(frame.view, scopedEnv, { name, peer }) !== undefined,
      invoke: (name, input, options) =>
        this.#invoke({ frame, handlerIdentity, scopedEnv, capabilities }, { name, input, options }),
    };
    return new DispatchContext(parts);
  }

  async #invoke(
    parent: {
      frame: Frame;
      handlerIdentity: Identity | null;
      scopedEnv: ScopedEnv | null;
      capabilities: Capabilities;
    },
    call: { name: string; input: unknown; options: InvokeOptions },
  ): Promise<unknown> {
    const { node, view, originator } = parent.frame;
    if (node.stopped !== undefined) throw node.stopped;
    const { policy, peer } = call.options;
    const registration = reach(view, parent.scopedEnv, { name: call.name, peer });
    if (registration === undefined) throw notFound(call.name);
    if (node.depth + 1 > this.#limits.maxDepth) {
      log.error("calls are nested too deeply, probably in a cycle", { operation: call.name });
      throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, "calls are nested too deeply");
    }
    return await this.#runOnce({
      registration,
      node: node.child(this.#newId(), policy),
      view,
      internal: true,
      identity: parent.handlerIdentity,
      forwardedFor: null,
      originator,
      parentCapabilities: parent.capabilities,
      onHandlerEnd: ignore,
    }, call.input);
  }

  #observe(frame: Frame, input: unknown): Report {
    const { observe } = this.#options;
    return observe === undefined ? ignore : observeCall(observe, new SeenCall(frame, input));
  }

  /** Waits, on nobody's behalf, for a handler that may go on after its caller was answered. */
  #afterHandler(frame: Frame, work: Promise<unknown> | undefined): void {
    const { registration, node, onHandlerEnd } = frame;
    if (work === undefined) return onHandlerEnd();
    const disarm = node.reason === undefined
      ? ignore
      : this.#deadlines.add(this.#clock.now() + this.#limits.abortGraceMs, () => {
        log.warn("handler goes on though its call is over", { operation: registration.id });
      });
    const end = () => {
      disarm();
      onHandlerEnd();
    };
    work.then(end, end);
  }
}

/**
 * Makes a dispatcher.
 *
 * @example A composed call runs under the composing operation's authority, not the caller's
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { createDispatcher, OperationRegistry, OperationType, registryView } from "@alkdev/operations";
 *
 * const registry = new OperationRegistry();
 * const common = { namespace: "vault", version: "1.0.0", type: OperationType.QUERY,
 *   inputSchema: Type.Object({}), outputSchema: Type.String() };
 * registry.register({ ...common, name: "read", description: "Reads a secret number",
 *   accessControl: { requiredScopes: ["vault:read"] }, handler: () => "1234" });
 * registry.register({ ...common, name: "digits", description: "Tells how long the number is",
 *   accessControl: { requiredScopes: ["user"] },
 *   handler: async (_input, context) =>
 *     `${String(await context.invoke?.("vault/read", {})).length} digits`,
 * }, {
 *   visibility: "external",
 *   compositionAuthority: { label: "digits", scopes: ["vault:read"] },
 *   scopedEnv: { allowedOps: new Set(["vault/read"]) },
 * });
 *
 * const dispatcher = createDispatcher({ view: registryView(registry) });
 * const identity = { id: "ann", scopes: ["user"] };
 * strictEqual(await dispatcher.call({ operation: "/vault/digits", input: {}, identity }), "4 digits");
 * await rejects(dispatcher.call({ operation: "/vault/read", input: {}, identity }), {
 *   code: "OPERATION_NOT_FOUND",
 * });
 * ```
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new RegistryDispatcher(options);
}
