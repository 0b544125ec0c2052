/**
 * Lists that people ask for are read from an index, however long they are.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import pg from "pg";
import { testDatabase } from "../../../tests/harness/database.ts";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import type { IdentityStores } from "../../auth/stores.ts";
import { createQueryLog, manyRows, readsFromIndex } from "../_plans_testing.ts";
import { encodeCursor } from "../cursor.ts";
import { createApiKeys } from "./api_keys.ts";
import { createAuditTrail } from "./audit_trail.ts";
import { createPeers } from "./peers.ts";
import { createRecorder } from "./recorder.ts";
import { createRegistrations } from "./registrations.ts";

const ROWS = manyRows(100_000);
const COST = { empty: ["rate_limits"] };

const FILL = `
  insert into api_keys (prefix, hash, name, created_by, created_at)
    select 'alk_' || lpad(i::text, 10, '0'), '', 'key ' || i, '', now() - i * interval '1 s'
    from generate_series(1, ${ROWS}) i;
  insert into peers (peer_id, role, created_by)
    select 'p' || i, 'node', '' from generate_series(1, ${ROWS}) i;
  insert into peer_tokens (prefix, hash, peer_id)
    select 't' || i, 'h' || i, 'p' || i from generate_series(1, ${ROWS}) i;
  insert into peer_fingerprints (fingerprint, peer_id)
    select 'f' || i, 'p' || i from generate_series(1, ${ROWS}) i;
  insert into registration_tokens (prefix, hash, peer_id, role, expires_at, created_by, created_at)
    select 'r' || i, '', 'p' || i, 'node', now(), '', now() - i * interval '1 s'
    from generate_series(1, ${ROWS}) i;
  insert into audit_log (actor_kind, actor_id, action, subject_kind, subject_id, node)
    select 'key', 'a' || i % 1000, 'x' || i % 20, 'key', 's' || i % 5000, 'n'
    from generate_series(1, ${ROWS}) i;
  analyze`;

type Stores = Pick<IdentityStores, "keys" | "peers" | "registrations" | "audit">;

const READS: Record<string, (stores: Stores) => Promise<unknown>> = {
  "keys, newest first": ({ keys }) => keys.list({ limit: 100 }),
  "keys by name": ({ keys }) => keys.list({ limit: 100, name: "key 999" }),
  "one key": ({ keys }) => keys.find("alk_0000000007"),
  "peers": ({ peers }) => peers.list({ limit: 100 }),
  "registration tokens": ({ registrations }) => registrations.list({ limit: 100 }),
  "the audit trail": ({ audit }) => audit.list({ limit: 100 }),
  "the audit trail of an actor": ({ audit }) => audit.list({ limit: 100, actor: "a7" }),
  "the audit trail of a subject": ({ audit }) => audit.list({ limit: 100, subject: "s7" }),
  "the oldest rows of the audit trail": ({ audit }) =>
    audit.removeOldest({ before: new Date(0), limit: 1000 }),
  "the audit trail of an action": ({ audit }) => audit.list({ limit: 100, action: "x7" }),
};

Deno.test(`lists of ${ROWS} rows are read from an index, the last page as fast as the first`, async (t) => {
  await using database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(FILL);
    const { logger, take } = createQueryLog();
    const stores = storesOn(drizzle(client, { logger }));
    for (const [what, read] of Object.entries(READS)) {
      await t.step(what, async () => {
        await read(stores);
        const queries = take();
        ok(queries.length > 0);
        for (const query of queries) await readsFromIndex(client, query, COST);
        ok(queries.length <= 3, "the number of queries does not grow with the page");
      });
    }
    await t.step("the last page", async () => {
      const first = await stores.keys.list({ limit: 1 });
      const last = first.items[0]?.createdAt.getTime() ?? 0;
      take();
      const after = encodeCursor([last - (ROWS - 10) * 1000, "alk_9999999999"]);
      const { items } = await stores.keys.list({ limit: 100, after });
      ok(items.length > 0 && items.length <= 11);
      for (const query of take()) await readsFromIndex(client, query, COST);
    });
  } finally {
    await client.end();
  }
});

function storesOn(orm: NodePgDatabase): Stores {
  const pool = new pg.Pool();
  const recorder = createRecorder({ pool, node: "n", onCommitted: () => undefined });
  return {
    keys: createApiKeys(orm, recorder),
    peers: createPeers(orm, recorder),
    registrations: createRegistrations(orm, recorder),
    audit: createAuditTrail(orm, { node: "n" }),
  };
}
