import pg from "pg";
import { testEnvironment } from "./environment.ts";

/** A database of its own, dropped when it is disposed of. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

export interface TestDatabaseOptions {
  /** Without any table, as before the first migration. */
  readonly empty?: boolean;
}

/** Creates a database: a copy of the migrated template, or an empty one. */
export async function testDatabase({ empty }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { postgresUrl, templateDatabase } = testEnvironment();
  const name = `t_${crypto.randomUUID().replaceAll("-", "")}`;
  const template = empty ? "template0" : templateDatabase;
  await execute(postgresUrl, `create database ${name} template ${template}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => drop(postgresUrl, name),
  };
}

/** Connections that are about to end do so in peace: cut, they would throw where nobody listens. */
const LEAVING_MS = 2_000, LOOK_MS = 10;

async function drop(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const deadline = performance.now() + LEAVING_MS;
    while (await hasConnections(client, name) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    await client.query(`drop database ${name} with (force)`);
  });
}

async function hasConnections(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from pg_stat_activity where datname = $1", [
    name,
  ]);
  return rowCount !== 0;
}

async function execute(url: string, sql: string): Promise<void> {
  await withClient(url, (client) => client.query(sql));
}

async function withClient(
  url: string,
  act: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}
