/**
 * Telling an observer of calls, who must not be able to break them.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { CallObserver, ObservedCall } from "./dispatch_types.ts";
import type { CallError } from "./error.ts";

/** Told how a call ended. */
export type Report = (error: CallError | undefined) => void;

const log = getLogger("operations:call");
const unheard: Report = () => {};

/** Tells `observer` of a call; what it throws, now or at the end of the call, is logged. */
export function observeCall(observer: CallObserver | undefined, call: ObservedCall): Report {
  if (observer === undefined) return unheard;
  const report = guarded(() => observer(call), call) ?? unheard;
  return (error) => guarded(() => report(error), call);
}

function guarded<T>(tell: () => T, { operation }: ObservedCall): T | undefined {
  try {
    return tell();
  } catch (error) {
    log.error("observer of calls failed", { operation, error });
    return undefined;
  }
}
