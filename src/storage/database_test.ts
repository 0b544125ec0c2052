import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { testDatabase } from "../../tests/harness/database.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { freePort } from "../embedded/free_port.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { migrate } from "./migrate.ts";
import { createDatabase } from "./create_database.ts";
import { openDatabase } from "./database.ts";

const LIMITS = { poolSize: 2, connectTimeoutMs: 2_000, statementTimeoutMs: 2_000 };

function given(change: (url: URL) => void): string {
  const url = new URL(testEnvironment().postgresUrl);
  change(url);
  return url.href;
}

const PROBLEMS: readonly (readonly [what: string, url: () => string, words: RegExp])[] = [
  ["a wrong password", () => given((url) => url.password = "hunter2"), /password is wrong/],
  [
    "an unknown user",
    () => given((url) => url.username = "nobody"),
    /password is wrong|not log in/,
  ],
  [
    "an unknown database",
    () => given((url) => url.pathname = "/nosuch"),
    /database does not exist/,
  ],
  [
    "a port that nobody listens on",
    () => given((url) => url.port = String(freePort())),
    /nothing listens there/,
  ],
];

for (const [what, url, words] of PROBLEMS) {
  Deno.test(`openDatabase() names ${what} in plain words, without the password`, async () => {
    const error = await openDatabase({ url: url(), ...LIMITS }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    ok(error instanceof Error);
    match(error.message, words);
    ok(!error.message.includes("hunter2"));
    ok(!error.message.includes(new URL(testEnvironment().postgresUrl).password));
  });
}

Deno.test("check() fails while the pool has no connection left, and works afterwards", async () => {
  await using test = await testDatabase();
  await using database = await openDatabase({ url: test.url, ...LIMITS, connectTimeoutMs: 500 });
  const taken = [await database.pool.connect(), await database.pool.connect()];
  await rejects(database.check(), /does not answer in time/);
  for (const client of taken) client.release();
  await database.check();
});

Deno.test("a statement that runs too long is ended by the server", async () => {
  await using test = await testDatabase();
  await using database = await openDatabase({ url: test.url, ...LIMITS, statementTimeoutMs: 50 });
  await rejects(database.pool.query("select pg_sleep(60)"), { code: "57014" });
});

Deno.test("counts() tells busy, idle and wanted connections apart", async () => {
  await using test = await testDatabase();
  await using database = await openDatabase({ url: test.url, ...LIMITS });
  const client = await database.pool.connect();
  const { total, idle, waiting } = database.counts();
  strictEqual(`${total - idle} ${waiting}`, "1 0");
  client.release();
});

Deno.test("createDatabase() creates an ordinary role and its database, once", async () => {
  const name = `t_${crypto.randomUUID().replaceAll("-", "")}`;
  const { postgresUrl: adminUrl } = testEnvironment();
  const options = { adminUrl, name, password: "it's a secret", connectTimeoutMs: 2_000 };
  const url = await createDatabase(options);
  strictEqual(await createDatabase(options), url);
  {
    await using database = await openDatabase({ url, ...LIMITS });
    await database.pool.query("create table mine (id int)");
    await rejects(database.pool.query("select pg_read_file('/etc/passwd')"), { code: "42501" });
  }
  await using admin = await openDatabase({ url: adminUrl, ...LIMITS });
  await admin.pool.query(`drop database ${name} with (force)`);
  await admin.pool.query(`drop role ${name}`);
});

Deno.test("no wait on a Postgres that has fallen silent is without bound", async () => {
  await using test = await testDatabase();
  const url = new URL(test.url);
  await using proxy = startProxy({ port: Number(url.port) });
  url.port = String(proxy.port);
  const database = await openDatabase({ url: url.href, ...LIMITS, statementTimeoutMs: 100 });
  proxy.freeze();
  await rejects(database.check(), /does not answer in time/);
  const other = { url: url.href, connectTimeoutMs: 200 };
  await rejects(migrate(other), /does not answer in time/);
  await database[Symbol.asyncDispose]();
});
