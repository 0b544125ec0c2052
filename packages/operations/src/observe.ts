/**
 * Telling an observer of calls, who must not be able to break them.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { CallNode } from "./call_node.ts";
import type { CallObserver, ObservedCall } from "./dispatch_types.ts";
import type { CallError } from "./error.ts";
import type { Identity } from "./identity.ts";
import type { Registration } from "./registration.ts";
import type { TraceContext } from "./trace.ts";
import type { OperationSpec } from "./types.ts";

/** Told how a call ended. */
export type Report = (error: CallError | undefined, output?: unknown) => void;

const log = getLogger("operations:call");
const unheard: Report = () => {};

/** What a call is made of. */
export interface SeenParts extends Pick<ObservedCall, "identity" | "originator"> {
  readonly node: CallNode;
  readonly registration: Registration;
}

/** A call as its observer sees it. A class: an object with a getter of its own takes longer to make. */
export class SeenCall implements ObservedCall {
  readonly requestId: string;
  readonly parentRequestId: string | undefined;
  readonly operation: string;
  readonly identity: Identity | null;
  readonly originator: Identity | null;
  readonly input: unknown;
  readonly spec: OperationSpec;
  readonly #node: CallNode;

  constructor({ node, registration, identity, originator }: SeenParts, input: unknown) {
    this.requestId = node.requestId;
    this.parentRequestId = node.parent?.requestId;
    this.operation = registration.id;
    this.identity = identity;
    this.originator = originator;
    this.input = input;
    this.spec = registration.spec;
    this.#node = node;
  }

  get trace(): TraceContext {
    return this.#node.trace;
  }
}

/** Tells `observer` of a call; what it throws, now or at the end of the call, is logged. */
export function observeCall(observer: CallObserver | undefined, call: ObservedCall): Report {
  if (observer === undefined) return unheard;
  let report: Report;
  try {
    report = observer(call);
  } catch (error) {
    failed(call, error);
    return unheard;
  }
  return (error, output) => {
    try {
      report(error, output);
    } catch (thrown) {
      failed(call, thrown);
    }
  };
}

function failed({ operation }: ObservedCall, error: unknown): void {
  log.error("observer of calls failed", { operation, error });
}
