/**
 * Why somebody may call an operation, or may not.
 *
 * The verdict is that of the one access function; this only puts its questions one by one.
 *
 * @module
 */
import {
  type AccessControl,
  authorize,
  type Identity,
  type Ownership,
  type Registration,
} from "@alkdev/operations";

/** One thing that is asked, and its answer. */
export interface ExplainedRule {
  readonly rule: string;
  readonly passed: boolean;
}

/** A verdict and what it rests on. */
export interface Explanation {
  readonly allowed: boolean;
  /** What a caller would be told; `allowed` otherwise. */
  readonly reason: string;
  readonly rules: ExplainedRule[];
}

/** Explains what `authorize()` says of a call that names no resource. */
export function explainAccess(
  { access }: Pick<Registration, "access">,
  identity: Identity | null,
  ownership: Ownership | null = null,
): Explanation {
  const ask = (control: AccessControl) => authorize(control, identity, { id: null, ownership });
  const verdicts = access.map(ask);
  const refusal = verdicts.find((verdict) => !verdict.ok);
  const rules = access.flatMap((control) =>
    rulesOf(control).map(([rule, alone]) => ({ rule, passed: ask(alone).ok }))
  );
  return {
    allowed: refusal === undefined,
    reason: refusal === undefined || refusal.ok ? "allowed" : refusal.reason,
    rules: rules.length > 0 ? rules : [{ rule: "open to everybody", passed: true }],
  };
}

/** The parts of an access control, each as one that asks for nothing else. */
function rulesOf(control: AccessControl): [string, AccessControl][] {
  const { requiredScopes, requiredScopesAny, resourceType, resourceAction } = control;
  const rules: [string, AccessControl][] = requiredScopes.map((scope) => [
    `has the scope ${scope}`,
    { requiredScopes: [scope] },
  ]);
  if (requiredScopesAny !== undefined) {
    const rule = `has one of the scopes ${requiredScopesAny.join(", ") || "(none suffices)"}`;
    rules.push([rule, { requiredScopes: [], requiredScopesAny }]);
  }
  if (resourceType !== undefined || resourceAction !== undefined) {
    rules.push([
      `has the right ${resourceAction ?? "(any)"} to some ${resourceType ?? "(no type: nobody)"}`,
      {
        requiredScopes: [],
        ...(resourceType === undefined ? {} : { resourceType }),
        ...(resourceAction === undefined ? {} : { resourceAction }),
      },
    ]);
  }
  return rules;
}
