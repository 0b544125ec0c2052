import pg from "pg";
import { getLogger } from "../logger/mod.ts";
import { databaseProblem } from "./database_problem.ts";

const log = getLogger("postgres");

export interface ConnectOnceOptions {
  readonly url: string;
  readonly connectTimeoutMs: number;
}

/** A connection of its own, closed when it is disposed of. */
export interface OneConnection extends AsyncDisposable {
  readonly client: pg.Client;
}

/**
 * Connects to Postgres outside of any pool.
 *
 * @throws {Error} that says in plain words what is wrong.
 */
export async function connectOnce(
  { url, connectTimeoutMs }: ConnectOnceOptions,
): Promise<OneConnection> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "hub setup",
    keepAlive: true,
  });
  // What breaks the connection rejects the query under way, too; unheard it would end the process.
  client.on("error", (error) => log.warn("lost a connection", { error: error.message }));
  try {
    await client.connect();
  } catch (cause) {
    throw databaseProblem(cause, url);
  }
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
