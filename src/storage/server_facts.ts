/**
 * What a Postgres says of itself.
 *
 * @module
 */
import type pg from "pg";

/** Version of the server, such as "18.4". */
export async function readVersion(pool: pg.Pool): Promise<string> {
  const { rows: [row] } = await pool.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  return row?.version ?? "unknown";
}

/** Its clock, in Unix milliseconds. */
export async function readClock(pool: pg.Pool): Promise<number> {
  const { rows: [row] } = await pool.query<{ ms: number }>(
    "select extract(epoch from clock_timestamp())::float8 * 1000 as ms",
  );
  return row?.ms ?? 0;
}
