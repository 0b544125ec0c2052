/**
 * The context that dispatched handlers get. Only a dispatcher makes one, and nobody changes it.
 *
 * @module
 */
import type { CallNode } from "./call_node.ts";
import type { AbortPolicy, CallScope, InvokeOptions, PeerRef } from "./call_scope.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Capabilities } from "./capabilities.ts";
import type { ScopedEnv } from "./grants.ts";
import type { Identity } from "./identity.ts";
import { libraryId } from "./names.ts";
import { type ProgressReport, soundProgress } from "./progress.ts";
import { localEnvelope } from "./response-envelope.ts";
import type { TraceContext } from "./trace.ts";
import type { OperationEnv } from "./types.ts";

/** What a context is made of. */
export interface ContextParts {
  readonly node: CallNode;
  /** Whose rights were checked. */
  readonly identity: Identity | null;
  readonly handlerIdentity: Identity | null;
  readonly forwardedFor: Identity | null;
  readonly originator: Identity | null;
  readonly capabilities: Capabilities;
  readonly scopedEnv: ScopedEnv | null;
  readonly internal: boolean;
  readonly contains: (name: string, peer: PeerRef | undefined) => boolean;
  readonly invoke: (name: string, input: unknown, options: InvokeOptions) => Promise<unknown>;
}

const NO_METADATA: Record<string, unknown> = Object.freeze({});

/** The allowed operations as functions by namespace and name, for handlers of the older style. */
function functionsOf({ scopedEnv, invoke }: ContextParts): OperationEnv {
  const env: OperationEnv = Object.create(null);
  for (const name of scopedEnv?.allowedOps ?? []) {
    const slash = name.indexOf("/");
    const functions = env[name.slice(0, slash)] ??= Object.create(null);
    functions[name.slice(slash + 1)] = async (input) =>
      localEnvelope(await invoke(name, input, {}), libraryId(name));
  }
  return env;
}

/** A dispatched handler's context. */
export class DispatchContext implements CallScope {
  readonly requestId: string;
  readonly parentRequestId?: string;
  readonly identity?: Identity;
  /** Never inherited: what a child needs goes into its input. */
  readonly metadata: Record<string, unknown> = NO_METADATA;
  readonly internal: boolean;
  readonly handlerIdentity: Identity | null;
  readonly forwardedFor: Identity | null;
  readonly originator: Identity | null;
  readonly capabilities: Capabilities;
  readonly deadline: number | null;
  readonly abortPolicy: AbortPolicy;
  readonly contains: (name: string, peer?: PeerRef) => boolean;
  readonly invoke: (name: string, input: unknown, options?: InvokeOptions) => Promise<unknown>;
  readonly #parts: ContextParts;
  #env: OperationEnv | undefined;

  /** Made by dispatchers alone. */
  constructor(parts: ContextParts) {
    const { node } = parts;
    this.#parts = parts;
    this.requestId = node.requestId;
    if (node.parent !== undefined) this.parentRequestId = node.parent.requestId;
    if (parts.identity !== null) this.identity = parts.identity;
    this.internal = parts.internal;
    this.handlerIdentity = parts.handlerIdentity;
    this.forwardedFor = parts.forwardedFor;
    this.originator = parts.originator;
    this.capabilities = parts.capabilities;
    this.deadline = node.wallDeadline;
    this.abortPolicy = node.policy;
    this.contains = (name, peer) => parts.contains(name, peer);
    this.invoke = (name, input, options = {}) => parts.invoke(name, input, options);
    Object.freeze(this);
  }

  /** Aborted when the caller no longer wants the answer. */
  get signal(): AbortSignal {
    return this.#parts.node.signal;
  }

  /** Says the same as the signal. */
  get cancellation(): Cancellation {
    return this.#parts.node.cancellation;
  }

  /** Where this call stands in its trace. */
  get trace(): TraceContext {
    return this.#parts.node.trace;
  }

  /** Whether somebody wants to hear how far this call has come. */
  get wantsProgress(): boolean {
    return this.#parts.node.onProgress !== undefined;
  }

  /** Says how far this call has come. */
  progress(report: ProgressReport): void {
    const { node } = this.#parts;
    const sound = node.stopped === undefined ? soundProgress(report) : undefined;
    if (sound !== undefined) node.onProgress?.(sound);
  }

  /** The allowed operations as functions, each run through {@linkcode DispatchContext.invoke}. */
  get env(): OperationEnv {
    return this.#env ??= functionsOf(this.#parts);
  }
}
