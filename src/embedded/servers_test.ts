/**
 * The embedded servers themselves: who may connect, as whom they run, what survives.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { openBus } from "@hub/bus";
import pg from "pg";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { processesWith } from "../../tests/harness/process.ts";
import { openDataDirectory } from "./data_directory.ts";
import { startNatsServer } from "./nats_process.ts";
import { startPostgres } from "./postgres_process.ts";

async function dataDirectory(path?: string) {
  const dir = path ?? await Deno.makeTempDir();
  const data = await openDataDirectory(join(dir, "data"));
  return {
    data,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      if (path === undefined) await Deno.remove(dir, { recursive: true });
    },
  };
}

Deno.test("the embedded nats-server lets in whom the hub tells the password, and nobody else", async () => {
  await using dir = await dataDirectory();
  const program = testEnvironment().natsServer;
  await using server = await startNatsServer({ data: dir.data, program });
  const { url: servers, user, password } = server;
  const known = { servers, name: "test", realm: "test" };
  await using bus = await openBus({ ...known, user, password });
  ok(await bus.ping() >= 0);
  await rejects(openBus(known), /Cannot connect to NATS/);
  await rejects(openBus({ ...known, user, password: "wrong" }), /Cannot connect to NATS/);
});

Deno.test("the embedded nats-server listens on loopback alone", async () => {
  await using dir = await dataDirectory();
  const program = testEnvironment().natsServer;
  await using server = await startNatsServer({ data: dir.data, program });
  deepStrictEqual(await listeningAddresses(Number(new URL(server.url).port)), ["0100007F"]);
});

/** Addresses that somebody listens on at a port, as the kernel spells them. */
async function listeningAddresses(port: number): Promise<string[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => Deno.readTextFile(`/proc/net/${name}`)),
  );
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`^ *\\d+: (\\w+):${hex} \\w+:\\w+ 0A `, "gm");
  return tables.flatMap((table) => [...table.matchAll(listening)].map(([, at = ""]) => at));
}

Deno.test("the embedded nats-server keeps what was acknowledged when it is started again", async () => {
  await using dir = await dataDirectory();
  const program = testEnvironment().natsServer;
  const open = async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await startNatsServer({ data: dir.data, program }));
    const { url: servers, user, password } = server;
    const bus = stack.use(await openBus({ servers, user, password, name: "test", realm: "test" }));
    const request = (subject: string, body: string) =>
      bus.connection.request(subject, body, { timeout: 5000 }).then((m) =>
        m.json<{ seq?: number }>()
      );
    const parts = stack.move();
    return { request, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
  };
  {
    await using first = await open();
    await first.request("$JS.API.STREAM.CREATE.KEPT", '{"name":"KEPT","subjects":["test.evt.>"]}');
    strictEqual((await first.request("test.evt.counter.a", "one")).seq, 1);
  }
  await using second = await open();
  strictEqual((await second.request("test.evt.counter.a", "two")).seq, 2);
});

Deno.test("the embedded Postgres asks for its password and listens on loopback alone", async () => {
  await using dir = await dataDirectory();
  await using server = await startPostgres({ data: dir.data });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows: [row] } = await client.query("show listen_addresses");
  await client.end();
  strictEqual(row?.listen_addresses, "127.0.0.1");
  const stranger = new URL(server.url);
  stranger.password = "wrong";
  const refused = new pg.Client({ connectionString: stranger.href });
  await rejects(refused.connect(), { code: "28P01" });
});

Deno.test({
  name: "a hub that is root runs Postgres as nobody, which may read but not write elsewhere",
  ignore: Deno.uid() !== 0,
  async fn() {
    // A temporary directory is private: nobody could not get to the data inside.
    await using dir = await dataDirectory();
    await using _server = await startPostgres({ data: dir.data });
    const pid = (await Deno.readTextFile(join(dir.data.postgres, "postmaster.pid"))).split("\n")[0];
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    match(status, /^Uid:\s+65534\s+65534\s+65534/m);
    match(status, /^Gid:\s+65534\s+65534\s+65534/m);
    // CAP_DAC_READ_SEARCH is bit 2 and may be the only one.
    match(status, /^CapEff:\s+000000000000000[04]$/m);
    match(status, /^NoNewPrivs:\s+1$/m);
  },
});

Deno.test("the embedded Postgres refuses a cluster of another major version in plain words", async () => {
  await using dir = await dataDirectory();
  await Deno.mkdir(dir.data.postgres);
  await Deno.writeTextFile(join(dir.data.postgres, "PG_VERSION"), "12\n");
  await rejects(startPostgres({ data: dir.data }), /made by Postgres 12, this hub brings/);
});

Deno.test("no password of an embedded server stands in a command line", async () => {
  await using dir = await dataDirectory();
  const program = testEnvironment().natsServer;
  await using nats = await startNatsServer({ data: dir.data, program });
  await using postgres = await startPostgres({ data: dir.data });
  for (const secret of [nats.password, new URL(postgres.url).password]) {
    strictEqual((await processesWith(secret)).length, 0);
  }
});

Deno.test("the password with which a cluster is created is left in no file but its own", async () => {
  await using dir = await dataDirectory();
  await using server = await startPostgres({ data: dir.data });
  const { password } = new URL(server.url);
  const entries = await Array.fromAsync(Deno.readDir(dir.data.path), ({ name }) => name);
  deepStrictEqual(entries.filter((name) => name.startsWith("postgres")), ["postgres"]);
  strictEqual(await Deno.readTextFile(join(dir.data.secrets, "postgres")), password);
});
