/**
 * `hub backup` and `hub restore` as people run them, with the permissions that the task grants.
 *
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { permissionsFor } from "../src/permissions.ts";
import { testEnvironment } from "./harness/environment.ts";
import { type HubProcess, runHub, spawnHub } from "./harness/hub.ts";
import { processesWith } from "./harness/process.ts";
import { until } from "./harness/until.ts";

/** Two machines, each with a data directory for servers of its own. */
async function testMachines() {
  const dir = await Deno.makeTempDir();
  const machine = (name: string) => {
    const path = join(dir, name);
    const env = { HUB_DATA_DIR: path, HUB_NATS_SERVER: testEnvironment().natsServer };
    const permissions = ["--no-prompt", ...permissionsFor({ dataDir: path })];
    return {
      path,
      start: () => spawnHub({ args: [], env, permissions }),
      run: (...args: string[]) => runHub({ args, env, permissions }),
    };
  };
  return {
    old: machine("old"),
    new: machine("new"),
    async [Symbol.asyncDispose]() {
      await until(async () => (await processesWith(dir)).length === 0, {
        what: "all processes of both to end",
      });
      await Deno.remove(dir, { recursive: true });
    },
  };
}

async function stop(hub: HubProcess): Promise<void> {
  hub.kill("SIGTERM");
  strictEqual((await hub.exited).code, 0);
}

Deno.test("a hub moves to another machine by its backup and its two keys", async () => {
  await using machines = await testMachines();
  await using hub = machines.old.start();
  await hub.ready;
  const made = await machines.old.run("keys", "create", "mine", "--preset", "admin");
  const key = made.stdout.trim();
  const refused = await machines.old.run("backup", "early");
  strictEqual(refused.code, 1);
  match(refused.stderr, /A node of this hub runs.*--live/);
  const live = await machines.old.run("backup", "live", "--live");
  strictEqual(live.code, 0, live.stderr);
  await stop(hub);

  const backup = await machines.old.run("backup", "b1");
  strictEqual(backup.code, 0, backup.stderr);
  match(backup.stderr, /hash key and the master key are not in it/);
  strictEqual((await machines.old.run("backup", "../b2")).code, 1, "names lead nowhere else");
  const printed = backup.stdout.trim();
  strictEqual(printed, join(machines.old.path, "backups", "b1"));
  strictEqual(((await Deno.stat(printed)).mode ?? 0) & 0o077, 0, "only the owner reads it");

  await copy(printed, join(machines.new.path, "backups", "b1"));
  for (const name of ["token-hash-key", "master-key"]) {
    const place = join("secrets", name);
    await copy(join(machines.old.path, place), join(machines.new.path, place));
  }
  const restored = await machines.new.run("restore", "b1");
  strictEqual(restored.code, 0, restored.stderr);
  await using moved = machines.new.start();
  const url = await moved.ready;
  const response = await fetch(`${url}/search`, { headers: { authorization: `Bearer ${key}` } });
  ok(response.ok, await response.text());
  const again = await machines.new.run("restore", "b1");
  strictEqual(again.code, 1);
  match(again.stderr, /Cannot restore/);
  await stop(moved);
});

/** Copies a file or a folder, with who may read it. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(join(to, ".."), { recursive: true, mode: 0o700 });
  const { code } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  strictEqual(code, 0);
}
