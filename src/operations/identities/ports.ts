/**
 * What the operations on identities need.
 *
 * @module
 */
import type { OperationView } from "@alkdev/operations";
import type { IdentityStores } from "../../auth/stores.ts";
import type { TokenHasher } from "../../auth/token_hash.ts";
import type { WorkerSessions } from "../../auth/worker_sessions.ts";

/** What the operations on identities need. */
export interface IdentityOperationPorts {
  readonly stores: IdentityStores;
  readonly hasher: Pick<TokenHasher, "hash">;
  readonly sessions: Pick<WorkerSessions, "lifeOf" | "renew">;
  /** What can be called, for explaining who may. */
  readonly view: () => OperationView;
  readonly now?: () => number;
}

/** The time that an operation goes by. */
export function timeOf({ now = Date.now }: Pick<IdentityOperationPorts, "now">): Date {
  return new Date(now());
}
