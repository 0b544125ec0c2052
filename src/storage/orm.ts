/**
 * Typed queries over the pool, and over one connection inside a transaction.
 *
 * @module
 */
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import type pg from "pg";
import { answerOf, driverError, isUnavailable } from "./unavailable.ts";

/** Runs typed queries. */
export type Orm = NodePgDatabase;

/** Queries, each on any connection of the pool. */
export function createOrm(pool: pg.Pool): Orm {
  return drizzle(pool);
}

/**
 * Does all of `work` or nothing of it. The library's own way keeps the connection for ever when the
 * server is gone before the transaction began, and gives a broken one back to the pool.
 *
 * @throws {CallError} `UNAVAILABLE` when the database cannot answer; a lost answer to the commit is
 *   one of these, and what was done may stand.
 * @throws What `work` throws.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (tx: Orm) => Promise<T>,
): Promise<T> {
  return await answerOf(async () => {
    const client = await pool.connect();
    let broken = true;
    try {
      await client.query("begin");
      const result = await work(drizzle(client));
      await client.query("commit");
      broken = false;
      return result;
    } catch (error) {
      // A connection that has just failed is not asked to roll back: its end does that.
      broken = isUnavailable(driverError(error)) || !await rolledBack(client);
      throw error;
    } finally {
      client.release(broken);
    }
  });
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return await client.query("rollback").then(() => true, () => false);
}
