/**
 * Puts together what tells who calls.
 *
 * @module
 */
import type { RateLimiter } from "@alkdev/operations";
import type { Bus } from "@hub/bus";
import { resolve } from "node:path";
import { type Attempts, createAttempts } from "./auth/attempts.ts";
import { startAuditRetention } from "./auth/audit_retention.ts";
import { makeFirstKey, openInstallation } from "./auth/first_key.ts";
import { openHashKey } from "./auth/hash_key.ts";
import { createIdentities, type Identities } from "./auth/identities.ts";
import {
  announceIdentityChange,
  followIdentityChanges,
  type ListenToDatabase,
} from "./auth/identity_changes.ts";
import { createChallenges } from "./auth/challenges.ts";
import { createIdentityLimiter } from "./auth/limiter.ts";
import { openOwnership, type OwnershipBook } from "./auth/ownership.ts";
import type { IdentityStores } from "./auth/stores.ts";
import { createTokenHasher, type TokenHasher } from "./auth/token_hash.ts";
import { startUsageMarks } from "./auth/usage_marks.ts";
import { createWorkerSessions, type WorkerSessions } from "./auth/worker_sessions.ts";
import type { HubConfig } from "./config/mod.ts";
import { getLogger } from "./logger/mod.ts";
import type { Database } from "./storage/database.ts";
import { createOwnershipRows, OWNERSHIP_CHANNEL } from "./storage/identity/ownership.ts";
import { IDENTITY_CHANNEL } from "./storage/identity/recorder.ts";
import { createIdentityStores } from "./storage/identity/stores.ts";
import { listenForNotifications } from "./storage/notifications.ts";

const log = getLogger("auth");

/** Who calls, and the books about it. */
export interface StartedIdentity extends AsyncDisposable {
  readonly identities: Identities;
  readonly stores: IdentityStores;
  readonly hasher: TokenHasher;
  /** Who was wrong too often. */
  readonly attempts: Attempts;
  /** How many requests each identity may make. */
  readonly limiter: RateLimiter;
  /** The tokens of workers that registered. */
  readonly sessions: WorkerSessions;
  /** Makes the first admin key if there never was one: to be shown once, and kept nowhere. */
  makeFirstKey(): Promise<string | undefined>;
  /** Opens the book of who owns the resources of these types. */
  openOwnership(types: ReadonlySet<string>): Promise<OwnershipBook>;
}

/** What identity is made of. */
export interface StartIdentityOptions {
  readonly bus: Bus;
  readonly database: Database;
  readonly nodeId: string;
}

/**
 * Opens the books and begins to follow their changes.
 *
 * @throws {Error} if the database belongs to a hub with another hash key.
 */
export async function startIdentity(
  config: HubConfig,
  { bus, database, nodeId }: StartIdentityOptions,
): Promise<StartedIdentity> {
  await using stack = new AsyncDisposableStack();
  const { auth, postgres: { url = "", connectTimeoutMs } } = config;
  const dataDir = resolve(config.dataDir);
  const hasher = createTokenHasher(
    await openHashKey({ configured: auth.hashKey, dataDir }),
    { previous: auth.previousHashKey, next: auth.nextHashKey },
  );
  const stores = createIdentityStores({
    pool: database.pool,
    node: nodeId,
    onCommitted(change) {
      // This node need not hear it from others to know.
      identities.forget(change);
      announceIdentityChange(bus, change);
    },
  });
  const usage = stack.use(startUsageMarks(stores.credentials));
  const attempts = createAttempts({ onExhausted: noteBurst(stores) });
  const lookup = stores.credentials;
  const identities = createIdentities({ lookup, hasher, attempts, usage, size: auth.cacheSize });
  const listenOn = (channel: string): ListenToDatabase => (listener) =>
    listenForNotifications({ url, connectTimeoutMs }, { channel, ...listener });
  stack.use(followIdentityChanges({
    ...{ bus, identities },
    listenToDatabase: listenOn(IDENTITY_CHANNEL),
  }));
  await openInstallation(stores.installation, hasher);
  stack.use(startAuditRetention({ audit: stores.audit, days: auth.auditRetentionDays }));
  const limiter = createIdentityLimiter({
    identifiedOf: (identity) => identities.identifiedOf(identity),
  });
  const parts = stack.move();
  return {
    identities,
    stores,
    hasher,
    attempts,
    limiter,
    sessions: createWorkerSessions({
      ...{ identities, hasher, attempts, peers: stores.peers, audit: stores.audit },
      ttlMs: auth.sessionTtlMs,
      challenges: createChallenges({ bus, hasher }),
    }),
    makeFirstKey: () => makeFirstKey(stores.installation, hasher),
    openOwnership: (types) =>
      openOwnership({
        types,
        rows: createOwnershipRows({ pool: database.pool, node: nodeId }),
        listenToDatabase: listenOn(OWNERSHIP_CHANNEL),
      }),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Notes a source that was wrong too often; a database that is away is no reason to fail. */
function noteBurst({ audit }: IdentityStores): (source: string) => void {
  return (source) => {
    log.warn("too many wrong credentials", { source });
    const actor = { kind: "anonymous", id: source } as const;
    const subject = { kind: "source", id: source };
    audit.record({ actor, action: "auth.burst", subject }).catch((error) => {
      log.warn("an audit row was not written", { error });
    });
  };
}
