import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { is, Table } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { Value } from "@sinclair/typebox/value";
import pg from "pg";
import { testDatabase } from "../../tests/harness/database.ts";
import { NEW_ROWS, ROWS } from "./row_schemas.ts";
import * as schema from "./schema.ts";

const TABLES = new Map<string, PgTable>();
for (const [name, value] of Object.entries(schema)) {
  if (is(value, PgTable)) TABLES.set(name, value);
}

async function poolOf(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await pool.query("select 1");
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

Deno.test("the migrations make the tables of the schema, column by column", async () => {
  await using database = await testDatabase();
  await using pool = await poolOf(database.url);
  const { rows } = await pool.query<{ table_name: string; columns: string[] }>(
    "select table_name, array_agg(column_name || ':' || is_nullable order by 1) as columns" +
      " from information_schema.columns where table_schema = 'public' group by 1",
  );
  // Sorted here: array_agg sorts as the database's language does.
  const made = rows.map(({ table_name, columns }) => [table_name, columns.toSorted()]);
  const wanted = [...TABLES.values()].map(getTableConfig).map(({ name, columns }) => [
    name,
    columns.map((column) => `${column.name}:${column.notNull ? "NO" : "YES"}`).toSorted(),
  ]);
  const byName = ([a = ""]: unknown[], [b = ""]: unknown[]) => String(a) < String(b) ? -1 : 1;
  deepStrictEqual(made.toSorted(byName), wanted.toSorted(byName));
});

Deno.test("the migrations make the indexes of the schema", async () => {
  await using database = await testDatabase();
  await using pool = await poolOf(database.url);
  const { rows } = await pool.query<{ indexname: string }>(
    "select indexname from pg_indexes where schemaname = 'public'",
  );
  const made = new Set(rows.map(({ indexname }) => indexname));
  const wanted = [...TABLES.values()].flatMap((table) =>
    getTableConfig(table).indexes.map(({ config }) => config.name ?? "")
  );
  ok(wanted.length > 30);
  deepStrictEqual(wanted.filter((name) => !made.has(name)), []);
});

Deno.test("there is a schema of the rows of each table, with a property for each column", () => {
  deepStrictEqual(Object.keys(ROWS).toSorted(), [...TABLES.keys()].toSorted());
  deepStrictEqual(Object.keys(NEW_ROWS).toSorted(), Object.keys(ROWS).toSorted());
  for (const [name, { properties }] of Object.entries(ROWS)) {
    const table = TABLES.get(name);
    ok(table !== undefined && is(table, Table));
    strictEqual(Object.keys(properties).length, getTableConfig(table).columns.length, name);
  }
});

const now = new Date();
const bytes = new Uint8Array([1, 2, 3]);

Deno.test("a row that is written is read as its schema says, and as it was", async () => {
  await using database = await testDatabase();
  await using pool = await poolOf(database.url);
  const db = drizzle(pool);
  const credential = { provider: "p", kind: "apiKey", keyVersion: 100, salt: bytes, iv: bytes };
  const [read] = await db.insert(schema.credentials).values({ ...credential, data: bytes })
    .returning();
  ok(Value.Check(ROWS.credentials, read));
  deepStrictEqual(read.data, bytes);
  const [key] = await db.insert(schema.apiKeys).values({
    prefix: "alk_0123456789",
    hash: "h",
    name: "n",
    scopes: ["a", 'b"{},\\'],
    createdBy: "x",
    expiresAt: now,
  }).returning();
  ok(Value.Check(ROWS.apiKeys, key));
  deepStrictEqual([key.scopes, key.roles, key.expiresAt], [["a", 'b"{},\\'], [], now]);
  const [session] = await db.insert(schema.sessions).values({
    id: "ses_1",
    state: "idle",
    ownerKind: "key",
    ownerId: "alk_0123456789",
    position: 2 ** 53 - 1,
  }).returning();
  ok(Value.Check(ROWS.sessions, session));
  strictEqual(session.position, 2 ** 53 - 1);
  await db.insert(schema.messages).values({
    id: "msg_1",
    sessionId: "ses_1",
    role: "user",
    state: "complete",
  });
  const part = { id: "p", messageId: "msg_1", sessionId: "ses_1", index: 0, type: "text" };
  await db.insert(schema.messageParts).values({ ...part, data: { text: "Grüße aus Köln" } });
  const found = await pool.query(
    "select id from message_parts where words @@ plainto_tsquery('simple', 'köln')",
  );
  strictEqual(found.rowCount, 1);
});

Deno.test("what the tables forbid is refused", async () => {
  await using database = await testDatabase();
  await using pool = await poolOf(database.url);
  const refused = {
    "a second row of the one": "insert into installation (id, hash_key_check, roles_revision)" +
      " values (2, '', 0)",
    "a peer id with a slash":
      "insert into peers (peer_id, role, created_by) values ('a/b', 'node', '')",
    "a role that is none": "insert into peers (peer_id, role, created_by) values ('a', 'boss', '')",
    "a token of nobody": "insert into peer_tokens (prefix, hash, peer_id) values ('a', 'b', 'c')",
    "a task that waits for itself": "insert into task_edges values ('a', 'a')",
    "a limit of nothing": "insert into rate_limits values ('key', 'a', 0, 1)",
    "two current keys": "insert into key_ring (version, kdf, state, current) values" +
      " (100, 'vault', 'active', true), (101, 'vault', 'active', true)",
    "a key version of the vault's":
      "insert into key_ring (version, kdf, state) values (2, 'vault', 'active')",
  };
  for (const [what, sql] of Object.entries(refused)) {
    const code = await pool.query(sql).then(() => "taken", ({ code }) => code);
    ok(/^23/.test(code), `${what}: ${code}`);
  }
});
