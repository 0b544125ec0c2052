/**
 * The servers that all test files of one run share.
 *
 * @module
 */
import pg from "pg";
import { fromFileUrl } from "./paths.ts";
import { openDataDirectory } from "../../src/embedded/data_directory.ts";
import { findNatsServer } from "../../src/embedded/nats_binary.ts";
import { startPostgres } from "../../src/embedded/postgres_process.ts";
import { allSettled } from "../../src/provide_servers.ts";
import { migrate } from "../../src/storage/migrate.ts";
import type { TestEnvironment } from "./environment.ts";
import { startNatsNode } from "./nats.ts";

const TEMPLATE = "hub_template";
/** A test database is thrown away: it need not survive a power failure. */
const FAST = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
};

/** Starts nats-server and Postgres, with a migrated template database, for one test run. */
export async function startTestServers(
  options: { readonly signal?: AbortSignal } = {},
): Promise<TestEnvironment & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const cache = fromFileUrl("../../.hub/cache");
  await Deno.mkdir(cache, { recursive: true });
  const dir = fromFileUrl(`../../.hub/test-${Deno.pid}`);
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const data = stack.use(await openDataDirectory(dir));
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const [nats, postgres] = await allSettled([
    startNats(stack, { cache, storeDir: data.nats, ...signal }),
    startPostgres({ data, settings: FAST, ...signal }).then((started) => stack.use(started)),
  ]);
  await createTemplate(postgres.url);
  const servers = stack.move();
  return {
    natsUrl: nats.url,
    natsServer: nats.program,
    postgresUrl: postgres.url,
    templateDatabase: TEMPLATE,
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}

async function startNats(
  stack: AsyncDisposableStack,
  { storeDir, ...search }: { cache: string; storeDir: string; signal?: AbortSignal },
) {
  const { path: program } = await findNatsServer(search);
  const { url } = stack.use(await startNatsNode({ program, storeDir }));
  return { url, program };
}

async function createTemplate(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  await migrate({ url: template.href, connectTimeoutMs: 10_000 });
}
