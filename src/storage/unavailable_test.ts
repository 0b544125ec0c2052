import { ok, rejects, strictEqual } from "node:assert/strict";
import { sql } from "drizzle-orm";
import pg from "pg";
import { testDatabase } from "../../tests/harness/database.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { type Database, openDatabase } from "./database.ts";
import { createOrm, inTransaction } from "./orm.ts";
import { answerOf, isDuplicate, isUnavailable } from "./unavailable.ts";

const PATIENT = { poolSize: 2, connectTimeoutMs: 10_000, statementTimeoutMs: 10_000 };
/** Where a limit is waited for; a busy machine keeps to it all the same. */
const QUICK = { poolSize: 2, connectTimeoutMs: 2_000, statementTimeoutMs: 500 };
const AWAY = { name: "CallError", code: "UNAVAILABLE", retryable: true };

/** A database behind a relay that can be cut. */
async function behindProxy(limits = PATIENT) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const at = new URL(url);
  const proxy = stack.use(startProxy({ port: Number(at.port) }));
  at.port = String(proxy.port);
  const database = stack.use(await openDatabase({ url: at.href, ...limits }));
  const parts = stack.move();
  return { proxy, database, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

function ask({ pool }: Database) {
  return answerOf(() => createOrm(pool).execute(sql`select 1`));
}

for (const how of ["cut", "freeze"] as const) {
  Deno.test(`a database that is away (${how}) is said to be, in time, and is used again once it is back`, async () => {
    await using test = await behindProxy(how === "cut" ? PATIENT : QUICK);
    const { database, proxy } = test;
    proxy[how]();
    await rejects(ask(database), AWAY);
    await rejects(inTransaction(database.pool, () => Promise.resolve()), AWAY);
    proxy.heal();
    await until(() => ask(database), { what: "the database to be back" });
    await until(() => inTransaction(database.pool, () => Promise.resolve(true)), { what: "it" });
  });
}

Deno.test("no connection is lost to transactions that break, whenever they break", async () => {
  await using test = await behindProxy();
  const { database: { pool }, proxy } = test;
  for (let round = 0; round < 6; round++) {
    await rejects(
      inTransaction(pool, async (tx) => {
        await tx.execute(sql`create table t (id int)`);
        proxy.cut();
        await tx.execute(sql`select 1`);
      }),
      AWAY,
    );
    proxy.heal();
  }
  await rejects(
    inTransaction(pool, async (tx) => {
      await tx.execute(sql`create table t (id int)`);
      throw new RangeError("no");
    }),
    RangeError,
  );
  await rejects(inTransaction(pool, (tx) => tx.execute(sql`select nonsense`)), { code: "42703" });
  strictEqual(pool.waitingCount, 0);
  const both = () => inTransaction(pool, (tx) => tx.execute(sql`select pg_sleep(0.01)`));
  await Promise.all([both(), both(), both(), both()]);
  const left = await pool.query("select to_regclass('t') is null as gone");
  ok(left.rows[0]?.gone, "what was begun was undone");
});

Deno.test("a connection that breaks between two queries of a transaction ends that alone", async () => {
  await using test = await behindProxy();
  const { pool } = test.database;
  await rejects(
    inTransaction(pool, async (tx) => {
      const { rows: [row] } = await tx.execute(sql`select pg_backend_pid() as pid`);
      await pool.query("select pg_terminate_backend($1)", [row?.pid]);
      const alive = "select 1 from pg_stat_activity where pid = $1";
      await until(async () => (await pool.query(alive, [row?.pid])).rowCount === 0, {
        what: "the connection to be gone",
      });
      await tx.execute(sql`select 1`);
    }),
    AWAY,
  );
  await ask(test.database);
  // An error that nobody listens to ends the process.
  const client = await pool.connect();
  ok(client.listenerCount("error") > 0);
  client.release();
});

Deno.test("a pool without a free connection says so in time", async () => {
  await using test = await behindProxy(QUICK);
  const taken = await Promise.all([1, 2].map(() => test.database.pool.connect()));
  await rejects(ask(test.database), AWAY);
  for (const client of taken) client.release();
  await ask(test.database);
});

Deno.test("a pool that is closed, as that of a node that stops, is away", async () => {
  await using database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url });
  await pool.end();
  await rejects(answerOf(() => createOrm(pool).execute(sql`select 1`)), AWAY);
  await rejects(inTransaction(pool, () => Promise.resolve()), AWAY);
});

const CODES: readonly (readonly [string, boolean])[] = [
  ...["28P01", "3D000", "25006", "40001", "40P01", "58030", "ECANCELED", "EBADF", "EMFILE"]
    .map((code) => [code, true] as const),
  ...["ENOTFOUND", "EAI_AGAIN", "ERR_STREAM_DESTROYED"].map((code) => [code, true] as const),
  ...["23505", "42P01", "22P02", "ERR_INVALID_ARG_TYPE"].map((code) => [code, false] as const),
];
Deno.test("isUnavailable() tells what passes from what is wrong with a query", () => {
  for (const [code, expected] of CODES) {
    strictEqual(isUnavailable(Object.assign(new Error("timeout"), { code })), expected, code);
  }
});

Deno.test("a text that Postgres cannot hold is the caller's", async () => {
  await using test = await behindProxy();
  const { pool } = test.database, refused = { code: "VALIDATION_ERROR" };
  for (const query of [sql`select ${"a\u0000b"}::text`, sql`select ${'"\\u0000"'}::jsonb`]) {
    await rejects(answerOf(() => createOrm(pool).execute(query)), refused);
  }
});

Deno.test("what a failed query was about stays out of the error", async () => {
  await using test = await behindProxy();
  const query = () => createOrm(test.database.pool).execute(sql`select ${"hunter2"}::int`);
  const error = await answerOf(query).then(() => undefined, (thrown: unknown) => thrown);
  ok(error instanceof Error && !(error.stack ?? "").includes("select $1"));
  strictEqual(isUnavailable(error), false);
});

Deno.test("isDuplicate() knows a row that is there already", async () => {
  await using test = await behindProxy();
  const { pool } = test.database;
  const insert = "insert into projects (id, worktree) values ('a', '/a')";
  await pool.query(insert);
  const error = await pool.query(insert).then(() => undefined, (thrown: unknown) => thrown);
  ok(isDuplicate(error) && !isDuplicate(new Error("23505")));
});
