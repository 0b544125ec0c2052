import type pg from "pg";
import type { IdentityStores } from "../../auth/stores.ts";
import type { IdentityChange } from "../../auth/records.ts";
import { createOrm } from "../orm.ts";
import { createApiKeys } from "./api_keys.ts";
import { createAuditTrail } from "./audit_trail.ts";
import { createCredentialLookup } from "./credential_lookup.ts";
import { createInstallation } from "./installation.ts";
import { createPeers } from "./peers.ts";
import { createRecorder } from "./recorder.ts";
import { createRegistrations } from "./registrations.ts";
import { createRoles } from "./roles.ts";

/** What the stores need. */
export interface IdentityStoresOptions {
  readonly pool: pg.Pool;
  /** The node that writes. */
  readonly node: string;
  /** Told of each change once it stands. */
  readonly onCommitted: (change: IdentityChange) => void;
}

/** Keeps identities in Postgres. */
export function createIdentityStores(options: IdentityStoresOptions): IdentityStores {
  const { pool, node } = options;
  const orm = createOrm(pool), recorder = createRecorder(options);
  return {
    keys: createApiKeys(orm, recorder),
    peers: createPeers(orm, recorder),
    roles: createRoles(orm, recorder),
    registrations: createRegistrations(orm, recorder),
    audit: createAuditTrail(orm, { node }),
    credentials: createCredentialLookup(orm),
    installation: createInstallation(recorder),
  };
}
