import { ok, rejects, strictEqual } from "node:assert/strict";
import { sql } from "drizzle-orm";
import { testDatabase } from "../../tests/harness/database.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { type Database, openDatabase } from "./database.ts";
import { createOrm, inTransaction } from "./orm.ts";
import { answerOf, isDuplicate, isUnavailable } from "./unavailable.ts";

const LIMITS = { poolSize: 2, connectTimeoutMs: 300, statementTimeoutMs: 200 };
const AWAY = { name: "CallError", code: "UNAVAILABLE", retryable: true };

/** A database behind a relay that can be cut. */
async function behindProxy() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const at = new URL(url);
  const proxy = stack.use(startProxy({ port: Number(at.port) }));
  at.port = String(proxy.port);
  const database = stack.use(await openDatabase({ url: at.href, ...LIMITS }));
  const parts = stack.move();
  return { proxy, database, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

function ask({ pool }: Database) {
  return answerOf(() => createOrm(pool).execute(sql`select 1`));
}

for (const how of ["cut", "freeze"] as const) {
  Deno.test(`a database that is away (${how}) is said to be, in time, and is used again once it is back`, async () => {
    await using test = await behindProxy();
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
  await using test = await behindProxy();
  const taken = await Promise.all([1, 2].map(() => test.database.pool.connect()));
  await rejects(ask(test.database), AWAY);
  for (const client of taken) client.release();
  await ask(test.database);
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
