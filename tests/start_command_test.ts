/**
 * `hub start` as people run it: a process of its own, with its own nats-server and Postgres.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { connectOnce } from "../src/storage/connect_once.ts";
import { testDatabase } from "./harness/database.ts";
import { testRealm } from "./harness/realm.ts";
import { testEnvironment } from "./harness/environment.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { type HubProcess, runHub, spawnHub } from "./harness/hub.ts";
import { processesWith } from "./harness/process.ts";
import { until } from "./harness/until.ts";

/** A data directory inside a private one: what is run as root must get through it. */
async function dataDirectory() {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "data");
  return {
    path,
    async [Symbol.asyncDispose]() {
      await until(async () => (await processesWith(path)).length === 0, {
        what: "all processes of the data directory to end",
      });
      await Deno.remove(dir, { recursive: true });
    },
  };
}

function start(dataDir: string): HubProcess {
  const env = { HUB_DATA_DIR: dataDir, HUB_NATS_SERVER: testEnvironment().natsServer };
  return spawnHub({ args: [], env });
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`);
  await response.body?.cancel();
  return response.status === 200;
}

async function nothingRuns(dataDir: string): Promise<void> {
  await until(async () => (await processesWith(dataDir)).length === 0, {
    what: "nothing of the hub to run",
  });
}

Deno.test("SIGTERM stops the hub and its servers, with exit code 0", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  ok(await isReady(await hub.ready));
  hub.kill("SIGTERM");
  strictEqual((await hub.exited).code, 0);
  deepStrictEqual(await processesWith(data.path), []);
});

Deno.test("the start task works with the permissions it grants, and passes signals on", async () => {
  await using data = await dataDirectory();
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "start", "--http-port", "0"],
    cwd: fromFileUrl("../"),
    env: {
      HUB_DATA_DIR: data.path,
      HUB_NATS_SERVER: testEnvironment().natsServer,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(task.stderr).text();
  let printed = "";
  let stopped = false;
  for await (const text of task.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    const curl = /curl (\S+)/.exec(printed)?.[1];
    if (curl === undefined || stopped) continue;
    strictEqual((await (await fetch(curl)).json()).status, "ready");
    stopped = true;
    task.kill("SIGTERM");
  }
  await task.status;
  ok(stopped, await errors);
  await nothingRuns(data.path);
});

Deno.test("kill -9 of the hub leaves nothing running, and the next start works", async () => {
  await using data = await dataDirectory();
  {
    await using hub = start(data.path);
    await hub.ready;
    hub.kill("SIGKILL");
    await hub.exited;
  }
  await nothingRuns(data.path);
  await using again = start(data.path);
  ok(await isReady(await again.ready));
});

Deno.test("the next start ends servers that lost their leash, too", async () => {
  await using data = await dataDirectory();
  let orphans: number[];
  {
    await using hub = start(data.path);
    await hub.ready;
    const leashes = await processesWith("leash.sh");
    orphans = (await processesWith(data.path)).filter((pid) => !leashes.includes(pid));
    for (const pid of leashes) {
      if ((await processesWith(data.path)).includes(pid)) Deno.kill(pid, "SIGKILL");
    }
  }
  ok(orphans.length >= 2, "nats-server and Postgres go on without hub and leash");
  await using again = start(data.path);
  ok(await isReady(await again.ready));
  const now = await processesWith(data.path);
  deepStrictEqual(now.filter((pid) => orphans.includes(pid)), []);
});

/** Moments of a first start, by the file that appears in it. */
const MOMENTS = [
  "lock",
  "secrets/nats",
  "secrets/postgres",
  "postgres.new-*",
  "postgres.new-*/base",
  "postgres.new-*/pg_wal",
  "postgres.new-*.password",
  "run/nats.pid",
  "postgres/postmaster.pid",
  "run/hub.json",
];

/** Whether there is such a file; a star stands for the rest of a name. */
async function isThere(folder: string, pattern: string): Promise<boolean> {
  const [first = "", ...rest] = pattern.split("/");
  const [start = "", end] = first.split("*");
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const fits = end === undefined ? name === start : name.startsWith(start) && name.endsWith(end);
    if (fits && rest.length === 0) return true;
    if (fits && isDirectory && await isThere(join(folder, name), rest.join("/"))) return true;
  }
  return false;
}

for (const file of MOMENTS) {
  Deno.test(`kill -9 in a first start, as soon as ${file} is there, does no lasting harm`, async () => {
    await using data = await dataDirectory();
    {
      await using _killed = start(data.path);
      await until(() => isThere(data.path, file), { what: file });
    }
    // At once: what is left of the first hub may still be ending.
    await using again = start(data.path);
    ok(await isReady(await again.ready));
  });
}

Deno.test("a start is not disturbed by the initdb of a killed hub, which clears away as it ends", async () => {
  await using data = await dataDirectory();
  const initdbs = async () => {
    const all = await processesWith(join(data.path, "postgres.new-"));
    const shown = await Promise.all(
      all.map((pid) => Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")),
    );
    return all.filter((_, at) => shown[at]?.includes("initdb"));
  };
  let late: number[];
  {
    await using _killed = start(data.path);
    await until(() => isThere(data.path, "postgres.new-*/base"), {
      what: "a cluster in the making",
    });
    late = await initdbs();
    for (const pid of late) Deno.kill(pid, "SIGSTOP");
  }
  await using again = start(data.path);
  await until(async () => (await initdbs()).some((pid) => !late.includes(pid)), {
    what: "the next cluster in the making",
  });
  for (const pid of late) Deno.kill(pid, "SIGCONT");
  ok(await isReady(await again.ready));
});

Deno.test("two hubs run side by side with data directories of their own", async () => {
  await using one = await dataDirectory();
  await using two = await dataDirectory();
  await using first = start(one.path);
  await using second = start(two.path);
  ok(await isReady(await first.ready));
  ok(await isReady(await second.ready));
});

Deno.test("a second hub in the same data directory is told who is there", async () => {
  await using data = await dataDirectory();
  await using first = start(data.path);
  const url = await first.ready;
  await using second = start(data.path);
  strictEqual((await second.exited).code, 1);
  match(second.output(), new RegExp(`process id ${first.pid} at ${url}`));
  ok(await isReady(url));
});

Deno.test("a nats-server that dies is started again, and the hub is ready again", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  const url = await hub.ready;
  const pidFile = join(data.path, "run", "nats.pid");
  const pid = Number(await Deno.readTextFile(pidFile));
  Deno.kill(pid, "SIGKILL");
  await until(async () => Number(await Deno.readTextFile(pidFile)) !== pid, {
    what: "another nats-server",
  });
  await until(() => isReady(url), { what: "the hub to be ready again" });
});

Deno.test("a Postgres that dies is started again, and the hub is ready again", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  const url = await hub.ready;
  const pidFile = join(data.path, "postgres", "postmaster.pid");
  const pidIn = async () => Number((await Deno.readTextFile(pidFile)).split("\n")[0]);
  const pid = await pidIn();
  Deno.kill(pid, "SIGKILL");
  await until(async () => await pidIn() !== pid, { what: "another Postgres" });
  await until(() => isReady(url), { what: "the hub to be ready again" });
});

Deno.test("a second signal ends the hub at once, and its servers with it", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  await hub.ready;
  const nats = Number(await Deno.readTextFile(join(data.path, "run", "nats.pid")));
  // A server that does not answer holds up an orderly end.
  Deno.kill(nats, "SIGSTOP");
  hub.kill("SIGINT");
  await until(() => hub.output().includes("hub stopping"), { what: "the hub to begin to stop" });
  // Sent again and again: the first ones are still the same Ctrl-C.
  let isOver = false;
  const exited = hub.exited.finally(() => isOver = true);
  await until(() => {
    if (!isOver) hub.kill("SIGINT");
    return isOver;
  }, { what: "the hub's end" });
  strictEqual((await exited).code, 130);
  Deno.kill(nats, "SIGCONT");
});

Deno.test("one Ctrl-C that arrives many times is one wish: the hub drains", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  await hub.ready;
  for (let i = 0; i < 5; i++) hub.kill("SIGINT");
  strictEqual((await hub.exited).code, 0);
  match(hub.output(), /hub stopped/);
});

Deno.test("a hub that lingers has its whole deadline after that", async () => {
  await using data = await dataDirectory();
  const env = {
    HUB_DATA_DIR: data.path,
    HUB_NATS_SERVER: testEnvironment().natsServer,
    HUB_SHUTDOWN_LINGER_MS: "3000",
    HUB_SHUTDOWN_DEADLINE_MS: "2900",
  };
  await using hub = spawnHub({ args: [], env });
  await hub.ready;
  hub.kill("SIGTERM");
  strictEqual((await hub.exited).code, 0, hub.output());
});

Deno.test("a hub that is still starting stops within its deadline, too", async () => {
  await using database = await testDatabase();
  await using other = await connectOnce({ url: database.url, connectTimeoutMs: 5_000 });
  // Another node that migrates, and takes its time.
  await other.client.query("select pg_advisory_lock(4210420)");
  const env = {
    NATS_URL: testEnvironment().natsUrl,
    DATABASE_URL: database.url,
    HUB_REALM: testRealm(),
    HUB_SHUTDOWN_DEADLINE_MS: "300",
  };
  await using hub = spawnHub({ args: [], env });
  await until(async () => {
    const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    return (await other.client.query(waiting)).rowCount;
  }, { what: "the hub to wait for its turn" });
  hub.kill("SIGTERM");
  strictEqual((await hub.exited).code, 1);
});

Deno.test("stdin's end stops a hub that is told to run until then", async () => {
  await using data = await dataDirectory();
  const env = { HUB_DATA_DIR: data.path, HUB_NATS_SERVER: testEnvironment().natsServer };
  // The harness gives the process an empty standard input: it ends at once.
  await using hub = spawnHub({ args: ["--until-stdin-closes"], env });
  await hub.exited;
  ok(!hub.output().includes("is ready at"));
});

const REFUSALS = [
  ["an unknown setting", { HUB_HTPP_PORT: "1" }, /HUB_HTPP_PORT.*HUB_HTTP_PORT/],
  ["a wrong value", { HUB_HTTP_PORT: "eighty" }, /HUB_HTTP_PORT/],
  ["NATS where nobody listens", { NATS_URL: "nats://127.0.0.1:1" }, /from NATS_URL/],
] as const;

for (const [what, env, words] of REFUSALS) {
  Deno.test(`hub start names ${what} and ends`, async () => {
    await using data = await dataDirectory();
    const settings = { HUB_DATA_DIR: data.path, HUB_HTTP_PORT: "0", ...env };
    const { code, stderr } = await runHub({ args: ["start"], env: settings });
    ok(code !== 0);
    match(stderr, words);
    ok(!stderr.includes("    at "), "a person is not shown a stack");
  });
}
