/**
 * Notes who was refused at an operation that administers the hub.
 *
 * @module
 */
import {
  CallError,
  type Dispatcher,
  InfrastructureErrorCode,
  type RootCall,
} from "@alkdev/operations";
import { Generations } from "../../auth/generations.ts";
import type { AuditTrail } from "../../auth/stores.ts";
import { getLogger } from "../../logger/mod.ts";
import { actorOf } from "./change_options.ts";

const log = getLogger("auth");
/** Who is refused over and over is noted this often for each operation. */
const AGAIN_MS = 60_000;

/** What noting refusals needs. */
export interface AuditRefusalsOptions {
  readonly audit: Pick<AuditTrail, "record">;
  /** Whether refusals at that operation are noted. */
  readonly concerns: (operation: string) => boolean;
  readonly now?: () => number;
}

/** The same dispatcher, whose refusals of callers with an identity stand in the audit trail. */
export function auditRefusals(
  dispatcher: Dispatcher,
  { audit, concerns, now = Date.now }: AuditRefusalsOptions,
): Dispatcher {
  const noted = new Generations<number>(10_000);
  const note = ({ operation, identity, forwardedFor = null, requestId }: RootCall) => {
    if (identity === null || !concerns(operation)) return;
    const key = `${identity.id} ${operation}`, at = now();
    if (at - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    noted.set(key, at);
    const actor = actorOf({ identity, forwardedFor, ...(requestId ? { requestId } : {}) });
    const subject = { kind: "operation", id: operation };
    audit.record({ actor, action: "call.refused", subject }).catch((error) => {
      log.warn("an audit row was not written", { error });
    });
  };
  /** Looks on, and hands out the very promise: every call passes here, and few are refused. */
  const watched = <T>(call: RootCall, given: Promise<T>): Promise<T> => {
    given.then(undefined, (error) => {
      if (error instanceof CallError && error.code === InfrastructureErrorCode.ACCESS_DENIED) {
        note(call);
      }
    });
    return given;
  };
  return {
    call: (call) => watched(call, dispatcher.call(call)),
    subscribe: (call) => watched(call, dispatcher.subscribe(call)),
    typeOf: (operation, view) => dispatcher.typeOf(operation, view),
  };
}
