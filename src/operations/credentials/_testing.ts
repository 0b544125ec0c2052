/**
 * The operations on credentials, with nothing around them.
 *
 * @module
 */
import {
  createDispatcher,
  type Identity,
  OperationRegistry,
  registryView,
} from "@alkdev/operations";
import { testDatabase } from "../../../tests/harness/database.ts";
import { newMasterKey, parseMasterKey } from "../../crypto/mod.ts";
import { createCredentials } from "../../secrets/credentials.ts";
import { openHubRing } from "../../secrets/hub_ring.ts";
import type { KeyRingStore } from "../../secrets/ports.ts";
import { createCredentialRows } from "../../storage/credentials.ts";
import { openDatabase } from "../../storage/database.ts";
import { createKeyRingStore } from "../../storage/key_ring.ts";
import { registerCredentialOperations } from "./register.ts";

export const SECRET = "hunter2-hunter2";
const WRITER: Identity = { id: "alk_writer", scopes: ["credentials:write"] };
export const token = { kind: "bearer", token: SECRET };

/** How they are set up. */
export interface SetUpOptions {
  readonly withKey?: boolean;
  readonly statementTimeoutMs?: number;
  /** What the ring is read from, instead of what there is. */
  readonly storeOf?: (store: KeyRingStore) => KeyRingStore;
}

/** Makes them callable. */
export async function setUp(
  { withKey = true, statementTimeoutMs = 10_000, storeOf = (store) => store }: SetUpOptions = {},
) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const limits = { poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs };
  const { pool } = stack.use(await openDatabase({ url, ...limits }));
  const masterKeys = [parseMasterKey(newMasterKey())];
  const store = createKeyRingStore(pool);
  const ring = await openHubRing({ store: storeOf(store), masterKeys });
  const rows = createCredentialRows({ pool, node: "n" });
  const credentials = createCredentials({ rows, ring });
  const registry = new OperationRegistry();
  registerCredentialOperations(registry, {
    book: withKey ? credentials : undefined,
    authorOf: ({ id }) => ({ kind: "key", id }),
  });
  registry.seal();
  const dispatcher = createDispatcher({ view: registryView(registry) });
  const answers: string[] = [];
  const call = async (operation: string, input: unknown, identity: Identity | null = WRITER) => {
    try {
      const called = { operation: `/hub/credentials/${operation}`, input, identity };
      const answer = await dispatcher.call(called);
      answers.push(JSON.stringify(answer));
      return answer;
    } catch (error) {
      answers.push(Deno.inspect(error, { depth: 9 }));
      throw error;
    }
  };
  const parts = stack.move();
  return {
    ...{ call, url, pool, rows, store, masterKeys, credentials, registry, answers },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
