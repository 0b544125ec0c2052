/**
 * What the operations on actors need, and how each finds the actor that it is about.
 *
 * @module
 */
import {
  authorize,
  CallError,
  type Identity,
  InfrastructureErrorCode,
  type OperationContext,
} from "@alkdev/operations";
import { type Address, type Bus, token } from "@hub/bus";
import type {
  ActorAccess,
  ActorKind,
  ActorLog,
  Host,
  Kinds,
  KnownKind,
  Snapshots,
} from "../../../actors/runtime/mod.ts";
import { invalid, toCallError } from "./errors.ts";

/** What the operations on actors need. */
export interface ActorOperationPorts {
  readonly host: Host;
  readonly kinds: Kinds;
  readonly bus: Bus;
  readonly log: ActorLog;
  readonly snapshots: Snapshots;
}

/** Whoever has it may do everything, also where a kind asks for scopes of its own. */
const ADMIN = "admin";

/** Who wants to do what. */
export interface Attempt {
  readonly identity: Identity | undefined;
  readonly action: keyof ActorAccess;
}

/** An actor that the caller may touch. */
export interface Admitted {
  readonly address: Address;
  readonly known: KnownKind;
}

/**
 * Finds the kind of an actor and checks what that asks of its callers, on top of the operation's own
 * access control.
 *
 * @throws {CallError}
 */
export function admit(
  kinds: Kinds,
  { kind, id }: Address,
  attempt: Attempt,
): Admitted {
  for (const [name, part] of [["/kind", kind], ["/id", id]] as const) checkToken(name, part);
  const known = kinds.find(kind);
  if (known === undefined) {
    throw new CallError("KIND_NOT_FOUND", `There is no kind of actor "${kind}" here`);
  }
  if (!mayTouch(known.kind, attempt)) {
    throw new CallError(
      InfrastructureErrorCode.ACCESS_DENIED,
      `access to actors of kind ${kind} denied`,
    );
  }
  return { address: { kind, id }, known };
}

/** Whether a kind lets somebody do something to its actors. */
export function mayTouch(
  { access }: ActorKind,
  { identity, action }: Attempt,
): boolean {
  const control = access[action];
  if (control === undefined || identity?.scopes.includes(ADMIN)) return true;
  return authorize(control, identity ?? null, { id: null, ownership: null }).ok;
}

function checkToken(path: string, part: string): void {
  try {
    token(part);
  } catch (error) {
    throw error instanceof RangeError ? invalid(path, error.message) : error;
  }
}

/** Runs `act` and tells its failure in words for callers. */
export async function told<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toCallError(error);
  }
}

/** Aborted when nobody wants the answer any more. */
export function signalOf({ signal }: OperationContext): AbortSignal {
  return signal ?? new AbortController().signal;
}
