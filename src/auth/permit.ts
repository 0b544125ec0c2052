/**
 * Nobody gives away, or takes over, more than they have.
 *
 * @module
 */
import { CallError, type Identity } from "@alkdev/operations";
import type { Resources } from "./records.ts";
import type { ChangeOptions } from "./stores.ts";

/**
 * Makes the check of what `giver` grants: each scope, and each action on a type of resource, has to
 * be one of their own. Who holds `admin` may grant anything, for the scopes of spokes' operations
 * are nobody's to begin with.
 */
export function permitFor(giver: Identity | undefined): ChangeOptions["permit"] {
  const own = new Set(giver?.scopes);
  return (scopes, resources = {}) => {
    if (own.has("admin")) return;
    const missing = scopes.find((scope) => !own.has(scope));
    if (missing !== undefined) throw refusal(`the scope ${missing}`);
    const foreign = actionsIn(resources).find(([type, action]) => !holds(giver, type, action));
    if (foreign !== undefined) throw refusal(`${foreign[1]} on ${foreign[0]}`);
  };
}

function actionsIn(resources: Resources): [string, string][] {
  return Object.entries(resources).flatMap(([type, actions]) =>
    actions.map((action): [string, string] => [type, action])
  );
}

function holds(giver: Identity | undefined, type: string, action: string): boolean {
  const { resources = {} } = giver ?? {};
  return Object.hasOwn(resources, type) && resources[type]?.includes(action) === true;
}

function refusal(what: string): CallError {
  return new CallError(
    "ACCESS_DENIED",
    `Cannot grant or change what includes ${what}: you do not have it`,
  );
}
