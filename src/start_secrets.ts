/**
 * Puts together what keeps secrets.
 *
 * @module
 */
import { resolve } from "node:path";
import type { HubConfig } from "./config/mod.ts";
import { getLogger } from "./logger/mod.ts";
import { type CapabilitySource, createCapabilitySource } from "./secrets/capability_source.ts";
import { createCredentials, type CredentialBook } from "./secrets/credentials.ts";
import { openHubRing } from "./secrets/hub_ring.ts";
import { type MasterKeys, ownMasterKey } from "./secrets/master_keys.ts";
import { createCredentialRows } from "./storage/credentials.ts";
import type { Database } from "./storage/database.ts";
import { createKeyRingStore, SECRETS_CHANNEL } from "./storage/key_ring.ts";
import { listenForNotifications } from "./storage/notifications.ts";

const log = getLogger("secrets");

/** What keeping secrets is made of. */
export interface StartSecretsOptions {
  readonly database: Database;
  readonly nodeId: string;
  /** As the configuration gave them. */
  readonly masterKeys: MasterKeys;
  /** Whether the database is this hub's own: then its master key may be, too. */
  readonly ownsDatabase: boolean;
}

/** Secrets of a node. The first part is for operations, the second for assembly alone. */
export interface StartedSecrets extends AsyncDisposable {
  /** Undefined where there is no master key: nothing can be stored then. */
  readonly book: CredentialBook | undefined;
  readonly source: CapabilitySource | undefined;
}

/**
 * Opens the key ring, reads the secrets of services and follows their changes.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY` when the master key does not open the ring.
 */
export async function startSecrets(
  config: HubConfig,
  { database: { pool }, nodeId, masterKeys, ownsDatabase }: StartSecretsOptions,
): Promise<StartedSecrets> {
  if (config.allowPlaintextSecrets) log.warn("the configuration file may hold secrets in clear");
  const keys = masterKeys.length > 0
    ? masterKeys
    : ownsDatabase
    ? [await ownMasterKey(resolve(config.dataDir))]
    : [];
  if (keys.length === 0) {
    log.warn("no master key: credentials of services cannot be stored", { see: "masterKey" });
    const none = { book: undefined, source: undefined };
    return { ...none, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const ring = await openHubRing({ store: createKeyRingStore(pool), masterKeys: keys });
  const rows = createCredentialRows({ pool, node: nodeId });
  const credentials = createCredentials({ rows, ring });
  const source = createCapabilitySource(credentials);
  await source.reload();
  const changes = followChanges(config, async () => {
    await ring.reload();
    await source.reload();
  });
  return { book: credentials, source, [Symbol.asyncDispose]: () => changes[Symbol.asyncDispose]() };
}

/** Reads all again after each change, one reading at a time. */
function followChanges(
  { postgres: { url = "", connectTimeoutMs } }: HubConfig,
  reload: () => Promise<void>,
): AsyncDisposable {
  let reading = Promise.resolve();
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    reading = reading.then(async () => {
      asked = false;
      await reload();
    }).catch((error) => log.warn("secrets were not read again", { error }));
  };
  const listening = listenForNotifications({ url, connectTimeoutMs }, {
    channel: SECRETS_CHANNEL,
    onMessage: ask,
    // What was told meanwhile was missed.
    onListening: ask,
    onLost: () => log.debug("changes of secrets are not heard for now"),
  });
  return {
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      await reading;
    },
  };
}
