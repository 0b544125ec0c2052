import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import pg from "pg";
import { testDatabase } from "../../tests/harness/database.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS, migrationState } from "./migration_state.ts";

function poolFor(url: string): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: url });
  // Its connections may still be closing when the database is dropped under them.
  pool.on("error", () => {});
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

Deno.test("migrate() brings an empty database to the newest schema", async () => {
  await using database = await testDatabase({ empty: true });
  await using pool = poolFor(database.url);
  strictEqual((await migrationState(pool)).applied, 0);
  const { applied, known } = await migrate({ url: database.url, connectTimeoutMs: 5_000 });
  strictEqual(applied, known);
  await pool.query("select name, stream, position, updated_at from projections");
});

Deno.test("ten hubs that start together apply each migration once", async () => {
  await using database = await testDatabase({ empty: true });
  const states = await Promise.all(
    Array.from({ length: 10 }, () => migrate({ url: database.url, connectTimeoutMs: 5_000 })),
  );
  deepStrictEqual(new Set(states.map(({ applied }) => applied)), new Set([states[0]?.known]));
});

Deno.test("migrate() changes nothing the second time", async () => {
  await using database = await testDatabase();
  await using pool = poolFor(database.url);
  const before = await migrationState(pool);
  deepStrictEqual(await migrate({ url: database.url, connectTimeoutMs: 5_000 }), before);
});

Deno.test("migrate() refuses a database that a newer hub has migrated, and changes nothing", async () => {
  await using database = await testDatabase();
  await using pool = poolFor(database.url);
  await pool.query(
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e12)",
  );
  const before = await migrationState(pool);
  await rejects(
    migrate({ url: database.url, connectTimeoutMs: 5_000 }),
    /has had \d+ migrations, this version of the hub knows \d+/,
  );
  deepStrictEqual(await migrationState(pool), before);
});

/** What a database of each earlier release may hold, by its last migration. */
const EARLIER: readonly (readonly [migration: string, data: string, kept: string])[] = [
  [
    "0000_projections",
    "insert into projections (name, stream, position) values ('calls', 'CALLS', 42)",
    "select 1 from projections where name = 'calls' and stream = 'CALLS' and position = 42",
  ],
  [
    "0001_hub_tables",
    `insert into installation (hash_key_check, roles_revision, first_key_made_at)
       values ('check', 1, now());
     insert into roles (name, scopes, built_in) values ('admin', '{admin}', true);
     insert into api_keys (prefix, hash, name, created_by, own_scopes, roles, scopes)
       values ('alk_0123456789', 'hash', 'caf\u00e9', 'hub', '{a:b}', '{admin}', '{a:b,admin}');
     insert into peers (peer_id, role, created_by, resources)
       values ('dev1', 'node', 'hub', '{"box":["open"]}');
     insert into peer_fingerprints (fingerprint, peer_id) values ('ed25519:00', 'dev1');
     insert into peer_tokens (prefix, hash, peer_id) values ('alkpeer_0123456789', 'h', 'dev1');
     insert into registration_tokens (prefix, hash, peer_id, role, expires_at, created_by)
       values ('alkreg_0123456789', 'h', 'gpu1', 'node', now(), 'hub');
     insert into rate_limits (kind, id, per_second, burst) values ('peer', 'dev1', 1, 2);
     insert into credentials (provider, account, kind, key_version, salt, iv, data)
       values ('mail', '', 'bearer', 100, '\\x00', '\\x01', '\\x02ff');
     insert into key_ring (version, kdf, state, current) values (100, 'vault', 'active', true);
     insert into audit_log (actor_kind, actor_id, action, subject_kind, subject_id, details, node)
       values ('hub', 'hub', 'key.created', 'key', 'alk_0123456789', '{"a":1}', 'n1');
     insert into spokes (peer_id, state, position) values ('dev1', 'connected', 7);
     insert into projects (id, worktree) values ('p', '/p');
     insert into sessions (id, project_id, state, owner_kind, owner_id, position)
       values ('s', 'p', 'idle', 'key', 'alk_0123456789', 3);
     insert into messages (id, session_id, role, state) values ('m', 's', 'user', 'complete');
     insert into message_parts (id, message_id, session_id, index, type, data)
       values ('mp', 'm', 's', 0, 'text', '{"text":"hello there"}');
     insert into tasks (id, name, position) values ('t1', 'one', 1), ('t2', 'two', 2);
     insert into task_edges (prerequisite, dependent) values ('t1', 't2');
     insert into calls (request_id, root_request_id, operation, status, requested_at)
       values ('r', 'r', 'hub/keys/list', 'completed', now())`,
    `select 1 from api_keys k, peers p, peer_tokens, peer_fingerprints, registration_tokens,
       rate_limits, credentials c, key_ring, audit_log a, spokes, sessions, message_parts mp,
       task_edges, installation, roles
     where k.name = 'caf\u00e9' and k.scopes = '{a:b,admin}' and p.resources->'box' ? 'open'
       and c.data = '\\x02ff' and a.details->>'a' = '1' and mp.words @@ to_tsquery('simple', 'there')`,
  ],
  [
    "0002_calls",
    `insert into calls (id, trace_id, parent_id, request_id, operation, peer, status, node,
         identity_id, originator_id, error_code, details, requested_at, duration_ms)
       values ('a', 't', 'p', 'r', 'dev1/fs/read', 'dev1', 'failed', 'n1', 'ann', 'bob', 'TIMEOUT',
         '{"input":"{}"}', now(), 0.007);
     insert into call_edges (source, target, type) values ('p', 'a', 'triggered')`,
    `select 1 from calls c join call_edges e on e.target = c.id
     where c.operation like 'dev1/%' and c.error_code = 'TIMEOUT' and c.originator_id = 'bob'
       and c.details->>'input' = '{}' and c.duration_ms = 0.007 and e.source = c.parent_id`,
  ],
  [
    "0003_ownership",
    "insert into ownership (type, id, owner, node) values ('box', 'b1', 'ann', 'n1')",
    "select 1 from ownership where type = 'box' and id = 'b1' and owner = 'ann'",
  ],
];

Deno.test("what every earlier release may hold is tried, of each migration but the newest", async () => {
  const journal = JSON.parse(await Deno.readTextFile(join(MIGRATIONS, "meta", "_journal.json")));
  const tags = journal.entries.map(({ tag }: { tag: string }) => tag);
  deepStrictEqual(EARLIER.map(([migration]) => migration), tags.slice(0, -1));
});

for (const [migration, data, kept] of EARLIER) {
  Deno.test(`migrate() keeps what a database at ${migration} holds`, async () => {
    await using database = await testDatabase({ empty: true });
    await using pool = poolFor(database.url);
    await migrateTo(migration, database.url);
    await pool.query(data);
    await migrate({ url: database.url, connectTimeoutMs: 5_000 });
    strictEqual((await pool.query(kept)).rowCount, 1);
    const { applied, known } = await migrationState(pool);
    strictEqual(applied, known);
  });
}

/** Applies the migrations up to that one, as the release that ended with it did. */
async function migrateTo(last: string, url: string): Promise<void> {
  const upTo = EARLIER.findIndex(([migration]) => migration === last) + 1;
  const { applied } = await migrate({ url, connectTimeoutMs: 5_000, upTo });
  strictEqual(applied, upTo);
}
