/**
 * `hub start` as people run it: a process of its own, with its own nats-server and Postgres.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
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

for (const killedAfterMs of [150, 400, 700, 1000, 1500]) {
  Deno.test(`kill -9 in the middle of a first start (${killedAfterMs} ms) does no lasting harm`, async () => {
    await using data = await dataDirectory();
    {
      await using hub = start(data.path);
      const pause = Promise.withResolvers<void>();
      const timer = setTimeout(pause.resolve, killedAfterMs);
      await Promise.race([pause.promise, hub.ready.catch(() => undefined)]);
      clearTimeout(timer);
    }
    await nothingRuns(data.path);
    await using again = start(data.path);
    ok(await isReady(await again.ready));
  });
}

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

Deno.test("a second signal ends the hub at once, and its servers with it", async () => {
  await using data = await dataDirectory();
  await using hub = start(data.path);
  await hub.ready;
  const nats = Number(await Deno.readTextFile(join(data.path, "run", "nats.pid")));
  // A server that does not answer holds up an orderly end.
  Deno.kill(nats, "SIGSTOP");
  hub.kill("SIGINT");
  await until(() => hub.output().includes("hub stopping"), { what: "the hub to begin to stop" });
  hub.kill("SIGINT");
  strictEqual((await hub.exited).code, 130);
  Deno.kill(nats, "SIGCONT");
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
  ["NATS where nobody listens", { NATS_URL: "nats://127.0.0.1:1" }, /Cannot connect to NATS/],
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
