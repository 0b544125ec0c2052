/**
 * `hub config set --secret`, `hub config encrypt`, `hub secrets …` as people type them.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { permissionsFor } from "../src/permissions.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub, spawnHub } from "./harness/hub.ts";
import { testRealm } from "./harness/realm.ts";

const SECRET = "hunter2-hunter2";
const URL_OF = `postgres://hub:${SECRET}@db.example/hub`;

async function inDirectory(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function textsIn(dir: string): Promise<string> {
  let all = "";
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (isFile) all += await Deno.readTextFile(join(dir, name));
  }
  return all;
}

Deno.test("hub config set --secret encrypts what it reads, and only decrypt shows it", async () => {
  await inDirectory(async (cwd) => {
    const set = await runHub({
      args: ["config", "set", "--secret", "/postgres/url"],
      cwd,
      stdin: `${URL_OF}\n`,
    });
    deepStrictEqual([set.code, set.stdout, set.stderr], [
      0,
      "hub.jsonc: /postgres/url is encrypted\n",
      "",
    ]);
    ok(!(await textsIn(cwd)).includes(SECRET));
    const shown = await runHub({ args: ["config", "show"], cwd });
    match(shown.stdout, /postgres\.url\s+\[encrypted v100\]\s+hub\.jsonc:3:5/);
    const refused = await runHub({ args: ["config", "decrypt", "postgres.url"], cwd });
    match(refused.stderr, /standard output is no terminal/);
    const { stdout } = await runHub({
      args: ["config", "decrypt", "/postgres/url", "--force"],
      cwd,
    });
    strictEqual(stdout, `${URL_OF}\n`);
  });
});

Deno.test("hub config set refuses what the setting would not take, and does not repeat it", async () => {
  await inDirectory(async (cwd) => {
    const args = ["config", "set", "--secret", "/postgres/url"];
    const { code, stderr } = await runHub({ args, cwd, stdin: SECRET });
    strictEqual(code, 1);
    match(stderr, /Cannot set postgres\.url: expected a URL/);
    ok(!stderr.includes(SECRET));
    const without = await runHub({ args: ["config", "set", "/postgres/url"], cwd, stdin: URL_OF });
    match(without.stderr, /--secret/);
  });
});

Deno.test("hub config encrypt takes every secret out of a file, which is refused until then", async () => {
  await inDirectory(async (cwd) => {
    const text =
      `{\n  // where\n  "postgres": { "url": "${URL_OF}" },\n  "nats": { "url": "nats://${SECRET}@a" }\n}\n`;
    await Deno.writeTextFile(join(cwd, "hub.jsonc"), text);
    const refused = await runHub({ args: ["config", "show"], cwd });
    strictEqual(refused.code, 2);
    match(
      refused.stderr,
      /hub\.jsonc:3:17: postgres\.url: expected an encrypted value, found a secret in clear/,
    );
    const { stdout } = await runHub({ args: ["config", "encrypt"], cwd });
    match(stdout, /\/nats\/url is encrypted[\s\S]*\/postgres\/url is encrypted/);
    const all = await textsIn(cwd);
    ok(!all.includes(SECRET), "neither file nor backup holds it");
    match(all, /\/\/ where/);
    strictEqual(
      (await runHub({ args: ["config", "encrypt"], cwd })).stdout,
      "There is no secret in clear.\n",
    );
  });
});

Deno.test("the task's permissions suffice for the commands, with a key file and a command", async () => {
  await inDirectory(async (cwd) => {
    const keyFile = join(cwd, "key");
    await Deno.writeTextFile(keyFile, "a passphrase of the operator", { mode: 0o600 });
    const replaced = ["hub.jsonc", "hub.keys.json"];
    const needs = { dataDir: ".hub", keyFiles: [keyFile], keyPrograms: ["/bin/cat"], replaced };
    const permissions = ["--no-prompt", ...permissionsFor(needs)].map((it) =>
      it.replace("--allow-read=.", `--allow-read=.,${new URL("..", import.meta.url).pathname}`)
    );
    const env = { HUB_MASTER_KEY_FILE: keyFile };
    const set = await runHub({
      args: ["config", "set", "--secret", "nats.token"],
      cwd,
      env,
      permissions,
      stdin: SECRET,
    });
    deepStrictEqual([set.code, set.stderr], [0, ""]);
    const command = { HUB_MASTER_KEY_COMMAND: JSON.stringify(["/bin/cat", keyFile]) };
    const { stdout } = await runHub({
      args: ["config", "decrypt", "nats.token", "--force"],
      cwd,
      env: command,
      permissions,
    });
    strictEqual(stdout, `${SECRET}\n`);
  });
});

Deno.test("a master key on standard input stands before the value", async () => {
  await inDirectory(async (cwd) => {
    const env = { HUB_MASTER_KEY_INPUT: "stdin" };
    const key = "a passphrase of the operator\n";
    await runHub({
      args: ["config", "set", "--secret", "nats.token"],
      cwd,
      env,
      stdin: key + SECRET,
    });
    const args = ["config", "decrypt", "nats.token", "--force"];
    strictEqual((await runHub({ args, cwd, env, stdin: key })).stdout, `${SECRET}\n`);
    const wrong = await runHub({ args, cwd, env, stdin: "another passphrase entirely\n" });
    match(wrong.stderr, /master key does not match key ring/);
  });
});

Deno.test("hub secrets new-key prints another key each time", async () => {
  const keys = await Promise.all([1, 2].map(() => runHub({ args: ["secrets", "new-key"] })));
  for (const { stdout } of keys) match(stdout, /^base64:[A-Za-z0-9+/]{43}=\n$/);
  ok(keys[0]?.stdout !== keys[1]?.stdout);
});

Deno.test("a hub starts on encrypted settings, and goes on through rotation and another master key", async () => {
  await using database = await testDatabase();
  await inDirectory(async (cwd) => {
    const [oldKey, newKey] = [join(cwd, "old.key"), join(cwd, "new.key")];
    for (const path of [oldKey, newKey]) {
      const { stdout } = await runHub({ args: ["secrets", "new-key"] });
      await Deno.writeTextFile(path, stdout, { mode: 0o600 });
    }
    const env = { NATS_URL: testEnvironment().natsUrl, HUB_REALM: testRealm() };
    const before = { ...env, HUB_MASTER_KEY_FILE: oldKey };
    const after = { ...env, HUB_MASTER_KEY_FILE: newKey, HUB_PREVIOUS_MASTER_KEY_FILE: oldKey };
    await runHub({
      args: ["config", "set", "--secret", "/postgres/url"],
      cwd,
      env: before,
      stdin: database.url,
    });
    await using hub = spawnHub({ args: [], cwd, env: before });
    const url = await hub.ready;

    const rotated = await runHub({ args: ["secrets", "rotate"], cwd, env: before });
    match(rotated.stdout, /key 101 encrypts now[\s\S]*hub\.jsonc: 1 values encrypted anew/);
    const rekeyed = await runHub({ args: ["secrets", "rekey"], cwd, env: after });
    match(
      rekeyed.stdout,
      /database: under the new master key\nhub\.jsonc: under the new master key/,
    );
    const again = await runHub({ args: ["secrets", "rekey"], cwd, env: after });
    match(again.stdout, /database: nothing to do\nhub\.jsonc: nothing to do/);
    strictEqual((await fetch(`${url}/readyz`).then((it) => it.json())).status, "ready");

    const status = await runHub({ args: ["secrets", "status", "--json"], cwd, env: after });
    const { keys, config } = JSON.parse(status.stdout);
    deepStrictEqual(config, [{ pointer: "/postgres/url", keyVersion: 101 }]);
    deepStrictEqual(keys.map(({ version, state }: Record<string, unknown>) => [version, state]), [
      [100, "retiring"],
      [101, "active"],
    ]);
    const old = await runHub({ args: ["start"], cwd, env: before });
    match(old.stderr, /master key does not match key ring/);
    await using second = spawnHub({ args: [], cwd, env: { ...env, HUB_MASTER_KEY_FILE: newKey } });
    await second.ready;
    const printed = hub.output() + second.output() + rotated.stderr + rekeyed.stderr + old.stderr;
    ok(!printed.includes(new URL(database.url).password));
  });
});
