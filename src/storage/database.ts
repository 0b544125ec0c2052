/**
 * The connection to Postgres.
 *
 * @module
 */
import pg from "pg";
import { getLogger } from "../logger/mod.ts";
import { databaseProblem } from "./database_problem.ts";
import { migrationState } from "./migration_state.ts";

const log = getLogger("postgres");
const GRACE_MS = 1_000;

/** How to reach Postgres and how long to wait for it. */
export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** A pool of connections; every wait on it is bounded. */
export interface Database extends AsyncDisposable {
  readonly pool: pg.Pool;
  /**
   * Asks Postgres for an answer.
   *
   * @throws {Error} that says in plain words what is wrong.
   */
  check(): Promise<void>;
  /**
   * Asks whether all migrations of this version have been applied.
   *
   * @throws {Error} when they have not.
   */
  checkMigrations(): Promise<void>;
  /** Open, idle and wanted connections, for metrics. */
  counts(): { readonly total: number; readonly idle: number; readonly waiting: number };
}

/**
 * Opens the pool and proves that Postgres answers.
 *
 * @throws {Error} that says in plain words what is wrong and what to do; never with the password.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    // The server's own limit ends no wait for a server that cannot be reached any more.
    ...(options.statementTimeoutMs === 0
      ? {}
      : { query_timeout: options.statementTimeoutMs + GRACE_MS }),
    keepAlive: true,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    application_name: "hub",
  });
  // A connection that breaks while idle is replaced by the pool; unheard it would end the process.
  pool.on("error", (error) => log.warn("lost an idle connection", { error: error.message }));
  // One that breaks between two queries of a transaction fails the next query; unheard, as well.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const check = async () => {
    try {
      await pool.query("select 1");
    } catch (cause) {
      throw databaseProblem(cause, options.url);
    }
  };
  try {
    await check();
  } catch (error) {
    await endPool(pool);
    throw error;
  }
  return {
    pool,
    check,
    async checkMigrations() {
      const { applied, known } = await migrationState(pool);
      if (applied < known) throw new Error(`${applied} of ${known} migrations are applied`);
    },
    counts: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    [Symbol.asyncDispose]: () => endPool(pool),
  };
}

/** Waits for the connections to close, but not for a server that says nothing. */
async function endPool(pool: pg.Pool): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, GRACE_MS));
  await Promise.race([pool.end(), late]);
  clearTimeout(timer);
}
