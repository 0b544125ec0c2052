/**
 * The command line as people type it.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { openDataDirectory } from "../src/embedded/data_directory.ts";
import { startPostgres } from "../src/embedded/postgres_process.ts";
import { permissionsFor } from "../src/permissions.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";

const COMMANDS = [
  ...["start", "dev", "actor", "replay", "doctor", "config", "secrets", "version"],
  ...["call", "ops", "schema", "spokes", "nodes", "tail", "login", "logout", "spoke"],
  "completions",
];

Deno.test("hub --help lists every command", async () => {
  const { code, stdout } = await runHub({ args: ["--help"] });
  strictEqual(code, 0);
  for (const command of COMMANDS) match(stdout, new RegExp(`^  ${command}\\b`, "m"));
});

for (const command of [...COMMANDS, "config show", "actor send", "actor watch"]) {
  Deno.test(`hub ${command} --help says what it does`, async () => {
    const { code, stdout } = await runHub({ args: [...command.split(" "), "--help"] });
    strictEqual(code, 0);
    match(stdout, /^Usage: hub .*\n\n\S.{10,}/);
  });
}

Deno.test("an unknown command is refused with the nearest one", async () => {
  const { code, stderr } = await runHub({ args: ["strat"] });
  ok(code !== 0);
  match(stderr, /unknown command 'strat'[\s\S]*start/);
});

Deno.test("an error that holds a password is printed without it", async () => {
  const env = { HUB_NATS_SERVER: "/no/such/?password=hunter2&place=db.example" };
  const dir = await Deno.makeTempDir();
  const { code, stderr } = await runHub({
    args: ["start", "--http-port", "0"],
    env: { ...env, HUB_DATA_DIR: dir },
  });
  await Deno.remove(dir, { recursive: true });
  strictEqual(code, 1);
  match(stderr, /Cannot run the configured nats-server .*db\.example/);
  ok(!stderr.includes("hunter2"), stderr);
});

Deno.test("hub version --json names the version of each part", async () => {
  const { stdout } = await runHub({ args: ["version", "--json"] });
  const { hub, deno } = JSON.parse(stdout);
  match(hub, /^\d+\.\d+\.\d+$/);
  strictEqual(deno, Deno.version.deno);
});

Deno.test("hub config show masks secrets and names the source of each value", async () => {
  const env = { DATABASE_URL: "postgres://hub:hunter2@db.example/hub", HUB_HTTP_PORT: "8080" };
  const { stdout } = await runHub({ args: ["config", "show", "--http-host", "::1"], env });
  ok(!stdout.includes("hunter2"));
  match(stdout, /http\.port\s+8080\s+HUB_HTTP_PORT/);
  match(stdout, /http\.host\s+::1\s+--http-host/);
  match(stdout, /db\.example/);
});

Deno.test("a configuration that is wrong in several places is refused with all of them", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(
    join(dir, "hub.jsonc"),
    `{\n  // the port of the hub\n  "http": { "prot": 1, "port": "x" }\n}\n`,
  );
  const { code, stderr } = await runHub({ args: ["config", "show"], cwd: dir });
  await Deno.remove(dir, { recursive: true });
  strictEqual(code, 2);
  match(stderr, /hub\.jsonc:3\S* .*http\.prot/);
  match(stderr, /hub\.jsonc:3\S* .*http\.port/);
});

interface Finding {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly advice?: string;
}

/** Runs the doctor as the task does, with the permissions that the task grants. */
async function doctor(env: Record<string, string>) {
  const dir = await Deno.makeTempDir();
  // Not there yet, as in a fresh clone.
  const settings = { HUB_DATA_DIR: join(dir, "data"), HUB_HTTP_PORT: "0", ...env };
  const permissions = ["--no-prompt", ...permissionsFor({ dataDir: settings.HUB_DATA_DIR })];
  const options = { args: ["doctor", "--json"], env: settings, permissions };
  const { code, stdout, stderr } = await runHub(options);
  await Deno.remove(dir, { recursive: true });
  const findings: Finding[] = JSON.parse(stdout);
  return { code, findings, text: stdout + stderr };
}

function finding(findings: readonly Finding[], name: string): Finding {
  const found = findings.find((it) => it.name === name);
  ok(found, `the doctor looked at ${name}`);
  return found;
}

Deno.test("hub doctor finds nothing wrong with what the tests run on", async () => {
  await using database = await testDatabase();
  const { code, findings } = await doctor({
    NATS_URL: testEnvironment().natsUrl,
    DATABASE_URL: database.url,
  });
  deepStrictEqual(findings.filter(({ status }) => status === "failing"), []);
  deepStrictEqual(
    findings.map(({ name }) => name),
    ["deno", "data directory", "disk", "port", "nats", "durability", "postgres", "clock"],
  );
  strictEqual(code, 0);
});

Deno.test("hub doctor finds nothing wrong with the servers that the hub would start", async () => {
  const { code, findings } = await doctor({ HUB_NATS_SERVER: testEnvironment().natsServer });
  deepStrictEqual(findings.filter(({ status }) => status === "failing"), []);
  strictEqual(code, 0);
});

Deno.test("hub doctor names a NATS that cannot be reached", async () => {
  const { code, findings } = await doctor({ NATS_URL: "nats://127.0.0.1:1" });
  const { status, found } = finding(findings, "nats");
  strictEqual(status, "failing");
  match(found, /Cannot connect to NATS at 127\.0\.0\.1:1.* named by nats\.url, from NATS_URL/);
  strictEqual(code, 1);
});

Deno.test("hub doctor names a nats-server that is too old, and what is needed", async () => {
  using old = oldNatsServer("2.9.25");
  const { findings } = await doctor({ NATS_URL: `nats://127.0.0.1:${old.port}` });
  match(finding(findings, "nats").found, /its version is 2\.9\.25, at least 2\.12\.0 is needed/);
});

Deno.test("hub doctor names a wrong Postgres password, and does not repeat it", async () => {
  const url = new URL(testEnvironment().postgresUrl);
  url.password = "hunter2";
  const { findings, text } = await doctor({ DATABASE_URL: url.href });
  match(finding(findings, "postgres").found, /the password is wrong/);
  ok(!text.includes("hunter2"));
});

Deno.test("hub doctor reaches a Postgres by its Unix socket with the permissions that the task grants", async () => {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  // Postgres may be another user, who makes its socket there.
  await Deno.chmod(dir, 0o777);
  const data = stack.use(await openDataDirectory(join(dir, "data")));
  const socketIn = { unix_socket_directories: dir };
  const server = stack.use(await startPostgres({ data, settings: socketIn }));
  const { username, password, port, pathname } = new URL(server.url);
  const url = `postgres://${username}:${password}@${encodeURIComponent(dir)}:${port}${pathname}`;
  const settings = { DATABASE_URL: url, HUB_DATA_DIR: join(dir, "hub"), HUB_HTTP_PORT: "0" };
  const permissions = await taskPermissions(settings);
  ok(permissions.some((it) => it.startsWith("--allow-write=") && it.includes(".s.PGSQL.")));
  const { stdout } = await runHub({ args: ["doctor", "--json"], env: settings, permissions });
  match(finding(JSON.parse(stdout), "postgres").found, /connected to version/);
});

/** What the `hub` task grants in that environment. */
async function taskPermissions(env: Record<string, string>): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-env", "--allow-read", fromFileUrl("../../src/cli/print_permissions.ts")],
    env,
  }).output();
  return ["--no-prompt", ...new TextDecoder().decode(stdout).trim().split(" ")];
}

Deno.test("hub doctor names a data directory that cannot be written", async () => {
  const file = await Deno.makeTempFile();
  const { findings } = await doctor({ HUB_DATA_DIR: join(file, "data") });
  await Deno.remove(file);
  strictEqual(finding(findings, "data directory").status, "failing");
});

Deno.test("hub doctor names a port that another program has", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { findings } = await doctor({ HUB_HTTP_PORT: String(listener.addr.port) });
  match(finding(findings, "port").found, /another program uses it/);
});

Deno.test({
  name: "hub doctor names a full disk",
  // Only root may mount a small one.
  ignore: Deno.uid() !== 0,
  async fn(t) {
    await using disk = await mountSmallDisk();
    if (disk === undefined) {
      return void await t.step({ name: "no mounts here", ignore: true, fn() {} });
    }
    const { code, findings } = await doctor({ HUB_DATA_DIR: disk.path });
    match(finding(findings, "disk").found, /the disk is full/);
    match(finding(findings, "disk").advice ?? "", /Free some space/);
    strictEqual(code, 1);
  },
});

/** Speaks just as much of the protocol as it takes to be recognised as that version. */
function oldNatsServer(version: string): Disposable & { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const info = { server_id: "old", version, proto: 1, max_payload: 1048576, headers: true };
  const serve = async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096);
      const say = (text: string) => connection.write(new TextEncoder().encode(text));
      await say(`INFO ${JSON.stringify(info)}\r\n`);
      try {
        for (let n = await connection.read(buffer); n; n = await connection.read(buffer)) {
          if (new TextDecoder().decode(buffer.subarray(0, n)).includes("PING")) {
            await say("PONG\r\n");
          }
        }
      } finally {
        connection.close();
      }
    }
  };
  void serve();
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

/** A file system of one megabyte; `undefined` where this user may not mount one. */
async function mountSmallDisk() {
  const path = await Deno.makeTempDir();
  const run = async (program: string, args: string[]) =>
    (await new Deno.Command(program, { args, stderr: "null" }).output()).success;
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=1m", "none", path])
    .catch(() => false);
  if (!mounted) {
    await Deno.remove(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run("umount", [path]);
      await Deno.remove(path);
    },
  };
}
