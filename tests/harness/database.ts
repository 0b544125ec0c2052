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
    [Symbol.asyncDispose]: () => execute(postgresUrl, `drop database ${name} with (force)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
