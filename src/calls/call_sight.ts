/**
 * Who sees which calls.
 *
 * @module
 */
import type { Identity, OperationView } from "@alkdev/operations";
import { mayCall } from "../operations/services/register.ts";

/** What of a call decides who sees it. */
export interface SeenCall {
  readonly operation: string;
  readonly caller?: string | undefined;
  readonly originator?: string | undefined;
}

/** How much somebody sees of a call: all of it, all but its input and output, or nothing. */
export type Sight = "whole" | "outline" | "none";

/** Judges calls for one identity; what was judged before need not be true for ever. */
export type SightOf = (call: SeenCall) => Sight;

/**
 * Judges for `identity`: administrators see every call, everybody the calls that they made, and, without
 * what was said, those that were made for them and those of operations that they could call themselves.
 * What somebody may not call is not there for them.
 */
export function createSight(view: OperationView, identity: Identity): SightOf {
  const isAdmin = identity.scopes.includes("admin");
  const known = new Map<string, Sight>();
  return ({ operation, caller, originator }) => {
    if (isAdmin || caller === identity.id) return "whole";
    // What was said belongs to whoever said it on their behalf.
    if (originator === identity.id) return "outline";
    const judged = known.get(operation);
    if (judged !== undefined) return judged;
    const registration = view.external(operation);
    const sight = registration !== undefined && mayCall(identity, registration.access)
      ? "outline"
      : "none";
    known.set(operation, sight);
    return sight;
  };
}

/** A call as it is seen; `undefined` for one that is not. */
export function seen<T extends SeenCall & { readonly input?: string; readonly output?: string }>(
  call: T,
  sightOf: SightOf,
): Omit<T, "input" | "output"> & Partial<Pick<T, "input" | "output">> | undefined {
  const sight = sightOf(call);
  if (sight === "whole") return call;
  const { input: _input, output: _output, ...outline } = call;
  return sight === "outline" ? outline : undefined;
}
