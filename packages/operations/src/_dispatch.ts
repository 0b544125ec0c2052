/**
 * A registry with a dispatcher over it, for tests.
 *
 * @module
 */
import { createDispatcher } from "./dispatcher.ts";
import type { Dispatcher, DispatcherOptions } from "./dispatch_types.ts";
import type { Grants } from "./grants.ts";
import type { Identity } from "./identity.ts";
import { OperationRegistry } from "./registry.ts";
import type { OperationHandler, OperationSpec, SubscriptionHandler } from "./types.ts";
import { registryView } from "./view.ts";

type Operation = OperationSpec & { handler?: OperationHandler | SubscriptionHandler };

/** An operation and what is granted to it. */
export type Granted = readonly [Operation, Grants];

/** Reachable from outside, by everybody. */
export const OPEN: Grants = { visibility: "external", public: true };

/** Somebody with these scopes. */
export function who(...scopes: string[]): Identity {
  return { id: "ann", scopes, resources: {} };
}

/** Registers everything and puts a dispatcher over it. */
export function dispatching(
  operations: readonly Granted[],
  options: Partial<DispatcherOptions> = {},
): Dispatcher {
  const registry = new OperationRegistry();
  for (const [operation, grants] of operations) registry.register(operation, grants);
  return createDispatcher({ view: registryView(registry), ...options });
}
