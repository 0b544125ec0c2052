import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { dumpPostgres } from "../../tests/harness/all_that_is_stored.ts";
import { testDatabase } from "../../tests/harness/database.ts";
import { openDatabase } from "./database.ts";
import { dumpTables, fillTables, type TableDump } from "./table_dump.ts";

const LIMITS = { poolSize: 3, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 };

/** A database with something in it, and an empty one. */
async function testDatabases() {
  await using stack = new AsyncDisposableStack();
  const [from, to] = [stack.use(await testDatabase()), stack.use(await testDatabase())];
  const { pool } = stack.use(await openDatabase({ ...LIMITS, url: from.url }));
  const { pool: empty } = stack.use(await openDatabase({ ...LIMITS, url: to.url }));
  const parts = stack.move();
  return {
    ...{ from: from.url, to: to.url, pool, empty },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Everything, in memory. */
async function dumpOf(
  { pool }: Awaited<ReturnType<typeof testDatabases>>,
  onTable: (table: string) => Promise<unknown> = () => Promise.resolve(),
) {
  const rows = new Map<string, string[]>();
  const dump = await dumpTables(pool, {
    async write(table, some) {
      if (!rows.has(table)) await onTable(table);
      rows.set(table, [...rows.get(table) ?? [], ...some]);
    },
  });
  const read = async function* (table: string) {
    for (const row of rows.get(table) ?? []) yield [row];
  };
  return { ...dump, rows, read };
}

Deno.test("what is dumped and filled in is the same to the last digit", async () => {
  await using databases = await testDatabases();
  await databases.pool.query(
    `insert into projects (id, worktree, name) values ('p', '/p "\\"', null);
     insert into sessions (id, project_id, state, owner_kind, owner_id, position)
       values ('s', 'p', 'idle', 'key', '\u{1f511}', 9007199254740993);
     insert into messages (id, session_id, role, state, data)
       values ('m', 's', 'user', 'open', '{"n": 0.1000000000000000055511151231257827, "a": [null]}');
     insert into message_parts (id, message_id, session_id, index, type, data)
       values ('mp', 'm', 's', 0, 'text', '{"text":"hello"}');
     insert into usage
         (id, at, provider_id, model_id, identity_kind, identity_id, outcome, cost)
       values ('u1', now(), 'p', 'm', 'key', 'k', 'ok', 0.0000000001),
         ('u2', now(), 'p', 'm', 'key', 'k', 'ok', 9999999999.9999999999);
     insert into projections (name, stream, position, updated_at)
       values ('x', 'y', 1, '2026-01-02 03:04:05.678901+13');
     insert into credentials (provider, account, kind, key_version, salt, iv, data)
       values ('a', '', 'b', 100, '\\x', '\\x00', '\\xff00');
     insert into roles (name, scopes) values ('r', '{"a,b","c\\"d",NULL}');
     insert into task_edges (prerequisite, dependent, quality_retention) values ('a', 'b', 0.1)`,
  );
  const dump = await dumpOf(databases);
  await fillTables(databases.empty, dump);
  const { "table drizzle.__drizzle_migrations": _, ...before } = await dumpPostgres(databases.from);
  const { "table drizzle.__drizzle_migrations": __, ...after } = await dumpPostgres(databases.to);
  deepStrictEqual(after, before);
  ok(dump.tables.indexOf("messages") < dump.tables.indexOf("message_parts"));
});

Deno.test("tables of others in the same database are left out, also such as refer to the hub's", async () => {
  await using databases = await testDatabases();
  await databases.pool.query(
    `create table "Theirs 1" (n int primary key);
     create table theirs (project text references projects (id));
     alter table todos add column theirs int references "Theirs 1" (n);
     insert into "Theirs 1" values (1)`,
  );
  const { tables, rows } = await dumpOf(databases);
  deepStrictEqual(tables.filter((name) => name.toLowerCase().startsWith("theirs")), []);
  deepStrictEqual([...rows.keys()], tables);
  ok(tables.includes("todos"));
});

Deno.test("a dump is of one moment, whatever is written meanwhile", async () => {
  await using databases = await testDatabases();
  let written = 0;
  const { rows } = await dumpOf(databases, async () => {
    const id = ++written;
    await databases.pool.query("insert into projects (id, worktree) values ($1, $1)", [id]);
  });
  ok(written > 20);
  deepStrictEqual(rows.get("projects"), []);
});

Deno.test("a page of rows more or less makes no difference", async () => {
  await using databases = await testDatabases();
  for (const count of [500, 501, 1_000]) {
    await databases.pool.query("delete from projects");
    await databases.pool.query(
      `insert into projects (id, worktree) select i, i from generate_series(1, ${count}) i`,
    );
    deepStrictEqual((await dumpOf(databases)).rows.get("projects")?.length, count);
  }
});

const REFUSED: readonly (readonly [string, Partial<TableDump>, RegExp])[] = [
  ["of another version", { migrations: 1 }, /has had \d+ migrations, the backup's had 1/],
  ["with a table that is not there", { tables: ["projects", "nowhere"] }, /no such table/],
];
for (const [what, changed, message] of REFUSED) {
  Deno.test(`fillTables() refuses a dump ${what}, and fills in nothing`, async () => {
    await using databases = await testDatabases();
    await databases.pool.query("insert into projects (id, worktree) values ('p', '/p')");
    const dump = await dumpOf(databases);
    await rejects(fillTables(databases.empty, { ...dump, ...changed }), message);
    deepStrictEqual((await databases.empty.query("select 1 from projects")).rowCount, 0);
    await fillTables(databases.empty, dump);
    await rejects(fillTables(databases.empty, dump), /its table projects holds rows/);
  });
}
