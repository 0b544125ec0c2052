/**
 * `hub keys`, `hub peers` and `hub auth` against a running hub, and the first key.
 *
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { parseToken, prefixOf } from "../src/auth/token.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub, spawnHub, startTestHub } from "./harness/hub.ts";
import { testRealm } from "./harness/realm.ts";

const KEY = /alk_[0-9A-Za-z]{10}_[\w-]{49}/;

async function startHubAndCommands() {
  const realm = testRealm();
  const hub = await startTestHub({ realm });
  const env = { NATS_URL: testEnvironment().natsUrl, HUB_REALM: realm };
  return {
    run: (...args: string[]) => runHub({ args, env }),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

Deno.test("hub keys makes, lists, rotates and revokes keys; hub auth explains them", async () => {
  await using hub = await startHubAndCommands();
  const made = await hub.run(
    ...["keys", "create", "ci build", "--preset", "caller", "--scope", "a,b", "--expires", "90d"],
    ...["--limit", "20/40"],
  );
  strictEqual(made.code, 0, made.stderr);
  const key = made.stdout.trim(), prefix = prefixOf(key);
  ok(parseToken(key), "the key alone is on standard output");
  match(made.stderr, /shown this once/);
  ok(!KEY.test(made.stderr));

  const listed = await hub.run("keys", "ls", "ci");
  match(listed.stdout, new RegExp(`^${prefix}  active    ci build  @caller a b  ends \\d{4}-`));
  strictEqual(listed.stdout.trim().split("\n").length, 1);

  const explained = await hub.run("auth", "explain", key, "/hub/keys/list");
  strictEqual(explained.code, 1);
  match(explained.stdout, /refused: scope keys:admin required/);
  ok(!KEY.test(explained.stdout + explained.stderr));
  const allowed = await hub.run("auth", "explain", prefix, "/hub/actors/get", "--json");
  strictEqual(allowed.code, 0, allowed.stdout + allowed.stderr);
  strictEqual(JSON.parse(allowed.stdout).allowed, true);

  const rotated = await hub.run("keys", "rotate", prefix, "--grace", "0");
  ok(parseToken(rotated.stdout.trim()), rotated.stderr);
  match((await hub.run("keys", "revoke", rotated.stdout.trim())).stdout, /is revoked\.$/m);
  const page = JSON.parse((await hub.run("keys", "ls", "--json")).stdout);
  deepStrictEqual(
    page.keys.map(({ name, status }: { name: string; status: string }) => `${name}: ${status}`),
    ["ci build: revoked", "ci build: expired", "first admin key: active"],
  );
});

Deno.test("hub peers makes, knows, invites, disables and removes peers", async () => {
  await using hub = await startHubAndCommands();
  const made = await hub.run("peers", "create", "dev1", "--preset", "spoke", "--name", "Dev");
  match(made.stdout, /^dev1 {2}node {4}enabled {3}Dev {2}@spoke {2}0 tokens, 0 fingerprints$/m);
  match((await hub.run("peers", "token", "dev1")).stdout, /^alkpeer_/);
  match((await hub.run("peers", "invite", "dev2", "--preset", "spoke")).stdout, /^alkreg_/);
  match((await hub.run("peers", "disable", "dev1")).stdout, /disabled/);
  match((await hub.run("peers", "ls")).stdout, /^dev1 .*1 token, 0 fingerprints$/m);
  match((await hub.run("peers", "remove", "dev1")).stdout, /dev1 is removed/);
  match((await hub.run("peers", "ls")).stdout, /There are no peers yet/);
});

const WRONG = [
  [["keys", "revoke", "alk_0000000000"], /KEY_NOT_FOUND: There is no key alk_0000000000/],
  [["keys", "revoke", "nonsense"], /VALIDATION_ERROR/],
  [["keys", "create", "a", "--preset", "boss"], /ROLE_NOT_FOUND: There is no role boss/],
  [["keys", "create", "a", "--expires", "soon"], /Expected 30d, 12h/],
  [["keys", "create", "a\u202eb"], /cannot be seen/],
  [["peers", "create", "hub"], /reserved/],
  [["auth", "explain", "-", "/no/such"], /NOT_FOUND/],
] as const;

Deno.test("what cannot be done is told in one line, with the right exit code", async () => {
  await using hub = await startHubAndCommands();
  for (const [args, words] of WRONG) {
    const { code, stderr } = await hub.run(...args);
    strictEqual(code, 1, args.join(" "));
    match(stderr, words);
    ok(!stderr.includes("    at "), "no stack");
  }
});

Deno.test("the first start prints the admin key, once", async () => {
  await using database = await testDatabase();
  const { natsUrl } = testEnvironment();
  const env = { DATABASE_URL: database.url, HUB_REALM: testRealm(), NATS_URL: natsUrl };
  const outputs: string[] = [];
  for (let start = 0; start < 2; start++) {
    await using hub = spawnHub({ args: [], env });
    await hub.ready;
    hub.kill("SIGTERM");
    strictEqual((await hub.exited).code, 0);
    outputs.push(hub.output());
  }
  const [first = "", second = ""] = outputs;
  match(first, KEY);
  match(first, /It is shown this once/);
  doesNotMatch(second, /alk_/);
});
