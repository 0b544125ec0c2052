import { connectOnce } from "./connect_once.ts";

export interface CreateDatabaseOptions {
  /** Of a role that may create roles and databases. */
  readonly adminUrl: string;
  /** Name of the database, and of the ordinary role that owns it. */
  readonly name: string;
  readonly password: string;
  readonly connectTimeoutMs: number;
}

/**
 * Creates a database and the role that owns it, unless they are there, and returns the URL with
 * which that role connects. The hub works as that role: it may do nothing outside its database.
 */
export async function createDatabase(options: CreateDatabaseOptions): Promise<string> {
  const { adminUrl, name, password, connectTimeoutMs } = options;
  await using connection = await connectOnce({ url: adminUrl, connectTimeoutMs });
  const { client } = connection;
  const isThere = async (sql: string) => (await client.query(sql, [name])).rowCount !== 0;
  const role = client.escapeIdentifier(name);
  if (!await isThere("select 1 from pg_roles where rolname = $1")) {
    await client.query(`create role ${role} login password ${client.escapeLiteral(password)}`);
  }
  if (!await isThere("select 1 from pg_database where datname = $1")) {
    await client.query(`create database ${role} owner ${role}`);
  }
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}
