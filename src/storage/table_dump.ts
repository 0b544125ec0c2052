/**
 * All rows of all tables of the hub, as text that any later hand can read: a JSON object a line.
 *
 * @module
 */
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import type pg from "pg";
import { migrationState } from "./migration_state.ts";
import * as schema from "./schema.ts";

/** Rows that are asked for at a time. */
const ROWS = 500;
/** Tables of the hub; others may keep theirs beside them. */
const OWN = Object.values(schema).flatMap((it) => is(it, PgTable) ? [getTableName(it)] : []);

/** What takes the rows of tables. */
export interface DumpTablesOptions {
  /** Takes some rows of a table, which are JSON; called at least once for each table. */
  readonly write: (table: string, rows: readonly string[]) => Promise<void>;
}

/** Which tables were dumped. */
export interface TableDump {
  /** In an order in which they can be filled: whatever a table refers to comes before it. */
  readonly tables: readonly string[];
  /** How many migrations the database has had. */
  readonly migrations: number;
}

/** Reads everything as it is at one moment, whatever is written meanwhile. */
export async function dumpTables(
  pool: pg.Pool,
  { write }: DumpTablesOptions,
): Promise<TableDump> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("begin isolation level repeatable read read only");
    // Between two pages somebody else's disk may be slow.
    await client.query("set local idle_in_transaction_session_timeout = 0");
    const tables = await tablesInOrder(client);
    for (const table of tables) await dumpTable(client, table, write);
    const { applied } = await migrationState(client);
    await client.query("commit");
    broken = false;
    return { tables, migrations: applied };
  } finally {
    client.release(broken);
  }
}

async function dumpTable(
  client: pg.PoolClient,
  table: string,
  write: DumpTablesOptions["write"],
): Promise<void> {
  const name = client.escapeIdentifier(table);
  await client.query(
    `declare dumped no scroll cursor for select to_jsonb(t)::text as row from ${name} t`,
  );
  for (let last = ROWS; last === ROWS;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${ROWS} from dumped`);
    await write(table, rows.map(({ row }) => row));
    last = rows.length;
  }
  await client.query("close dumped");
}

/** What fills tables. */
export interface FillTablesOptions extends TableDump {
  /** The rows of a table, in pieces. */
  readonly read: (table: string) => AsyncIterable<readonly string[]>;
}

/**
 * Fills the tables of a database that has been migrated and in which no hub was ever started: all of
 * them or none.
 *
 * @throws {Error} if it holds anything, or is of another version than the dump.
 */
export async function fillTables(
  pool: pg.Pool,
  { tables, migrations, read }: FillTablesOptions,
): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("begin");
    await client.query("set local idle_in_transaction_session_timeout = 0");
    await refuseOther(client, migrations);
    const known = await tablesOf(client);
    for (const table of tables) {
      if (!known.has(table)) throw new Error(`Cannot fill ${table}: there is no such table.`);
      await refuseFilled(client, table);
      for await (const rows of read(table)) await insert(client, table, rows);
      await continueCounting(client, table);
    }
    await client.query("commit");
    broken = false;
  } finally {
    client.release(broken);
  }
}

async function refuseOther(client: pg.PoolClient, migrations: number): Promise<void> {
  const { applied } = await migrationState(client);
  if (applied === migrations) return;
  throw new Error(
    `Cannot fill this database: it has had ${applied} migrations, the backup's had ${migrations}. ` +
      "Give an empty one.",
  );
}

async function refuseFilled(client: pg.PoolClient, table: string): Promise<void> {
  const { rowCount } = await client.query(
    `select 1 from ${client.escapeIdentifier(table)} limit 1`,
  );
  if (rowCount === 0) return;
  throw new Error(`Cannot fill this database: its table ${table} holds rows. Give an empty one.`);
}

async function insert(
  client: pg.PoolClient,
  table: string,
  rows: readonly string[],
): Promise<void> {
  if (rows.length === 0) return;
  const name = client.escapeIdentifier(table);
  const columns = (await writableColumns(client, table)).map((it) => client.escapeIdentifier(it));
  // The rows are never read here: numbers and moments stay as exact as Postgres wrote them.
  await client.query(
    `insert into ${name} (${columns}) overriding system value
     select ${columns} from jsonb_populate_recordset(null::${name}, $1::jsonb)`,
    [`[${rows.join()}]`],
  );
}

async function writableColumns(client: pg.PoolClient, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'
     order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** Rows that are added later are numbered after those that were filled in. */
async function continueCounting(client: pg.PoolClient, table: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_identity = 'YES'`,
    [table],
  );
  for (const { name } of rows) {
    const column = client.escapeIdentifier(name), of = client.escapeIdentifier(table);
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${column}), 0) + 1, false)
       from ${of}`,
      [of, name],
    );
  }
}

/** All tables that are there: an earlier version may have had some that this one has not. */
async function tablesOf(client: pg.PoolClient): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  return new Set(rows.map(({ name }) => name));
}

/** The tables of the hub that are there, each after those that it refers to. */
async function tablesInOrder(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string; refers: string[] }>(
    `select t.relname as name,
            coalesce(array_agg(r.relname) filter (where r.relname <> t.relname), '{}')::text[] as refers
     from pg_class t
     left join pg_constraint c on c.conrelid = t.oid and c.contype = 'f'
     left join pg_class r on r.oid = c.confrelid and r.relname = any($1)
     where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace and t.relname = any($1)
     group by t.relname order by t.relname`,
    [OWN],
  );
  const ordered = new Set<string>();
  while (ordered.size < rows.length) {
    const next = rows.filter(({ name, refers }) =>
      !ordered.has(name) && refers.every((it) => ordered.has(it))
    );
    if (next.length === 0) throw new Error("Cannot order the tables: they refer to each other");
    for (const { name } of next) ordered.add(name);
  }
  return [...ordered];
}
