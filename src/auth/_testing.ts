/**
 * Nodes that share a database and a realm, for tests.
 *
 * @module
 */
import { testBus } from "../../tests/harness/bus.ts";
import { testDatabase } from "../../tests/harness/database.ts";
import { testConfig } from "../../tests/harness/hub.ts";
import { type StartedIdentity, startIdentity } from "../start_identity.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import type { ChangeOptions, NewApiKey } from "./stores.ts";
import { createToken } from "./token.ts";

/** Given to every test node: they hash alike, and write nothing to disk. */
export const TEST_HASH_KEY = "0123456789abcdef0123456789abcdef";

/** What a test may vary of a node. */
export interface TestNodeOptions {
  readonly databaseUrl?: string;
  readonly realm?: string;
  readonly hashKey?: string;
  readonly otherHashKeys?: { readonly previousHashKey: string } | { readonly nextHashKey: string };
  readonly servers?: string;
  /** Where it listens for what Postgres tells; like the rest of it unless given. */
  readonly listenerUrl?: string;
  /** How long Postgres may take; generous unless its absence is the subject. */
  readonly timeoutMs?: number;
}

/** One node's identity, and the database under it. */
export interface TestNode extends AsyncDisposable, Omit<StartedIdentity, keyof AsyncDisposable> {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly realm: string;
  /** If this node made it. */
  readonly firstKey: string | undefined;
}

/** Starts what tells who calls; in a database and a realm of its own unless they are given. */
export async function testNode(options: TestNodeOptions = {}): Promise<TestNode> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? stack.use(await testDatabase()).url;
  const { realm, servers } = options;
  const { bus } = stack.use(
    await testBus({ ...(realm ? { realm } : {}), ...(servers ? { servers } : {}) }),
  );
  const { timeoutMs = 20_000 } = options;
  const limits = { poolSize: 4, connectTimeoutMs: timeoutMs, statementTimeoutMs: timeoutMs };
  const database = stack.use(await openDatabase({ url: databaseUrl, ...limits }));
  const config = await testConfig({
    realm: bus.realm,
    postgres: { url: options.listenerUrl ?? databaseUrl, ...limits },
    auth: {
      hashKey: options.hashKey ?? TEST_HASH_KEY,
      ...options.otherHashKeys,
    },
  });
  const started = stack.use(await startIdentity(config, { bus, database, nodeId: "test" }));
  const firstKey = await started.makeFirstKey();
  const parts = stack.move();
  return {
    ...started,
    firstKey,
    database,
    databaseUrl,
    realm: bus.realm,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Somebody who may do everything. */
export const ROOT: ChangeOptions = {
  actor: { kind: "operator", id: "root" },
  permit: () => undefined,
};

/** Stores a key with those scopes and returns it whole. */
export async function addKey(
  { stores, hasher }: Pick<TestNode, "stores" | "hasher">,
  key: Partial<NewApiKey> = {},
): Promise<{ readonly token: string; readonly prefix: string }> {
  const { token, prefix } = createToken("key");
  await stores.keys.insert({
    prefix,
    hash: hasher.hash(token),
    name: "test",
    description: "",
    ownScopes: ["tasks:read"],
    roles: [],
    expiresAt: null,
    limit: null,
    ...key,
  }, ROOT);
  return { token, prefix };
}
