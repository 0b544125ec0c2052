/** `hub login` and `hub logout`: what is kept, where, and for whom. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createToken } from "../src/auth/token.ts";
import { permissionsFor } from "../src/permissions.ts";
import { type Home, printed, testHome } from "./_remote_cli_testing.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub, spawnHub, startTestHub } from "./harness/hub.ts";

async function startLogin() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startTestHub());
  const home = stack.use(await testHome());
  const key = hub.firstKey;
  ok(key);
  const parts = stack.move();
  return { url: hub.url, key, home, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

const stored = (home: Home) => Deno.readTextFile(join(home.path, "profiles.json"));

Deno.test("a user logs in to hubs, uses one or another, and logs out", async (t) => {
  await using world = await startLogin();
  const { url, key, home } = world;
  const prefix = key.split("_").slice(0, 2).join("_");

  await t.step("with a key that is piped in, which is checked first", async () => {
    const wrong = await home.run(["login", url], { stdin: `${createToken("key").token}\n` });
    deepStrictEqual([wrong.code, wrong.stdout], [4, ""]);
    match(wrong.stderr, /the credential is not valid/);
    match((await home.run(["login", "--list"])).stderr, /None yet/);
    const told = printed(await home.run(["login", url, "--name", "here"], { stdin: `${key}\r\n` }));
    strictEqual(told, `Logged in to ${url} as ${prefix}, kept as here, which is in use now.\n`);
  });
  await t.step("and calls it by name, by address, or without saying anything", async () => {
    for (const which of [[], ["--profile", "here"], ["--url", `${url}/`]]) {
      match(printed(await home.run(["nodes", ...which])), /^\* /);
    }
  });
  await t.step("with a key from the environment, under the name of the host", async () => {
    const { host } = new URL(url);
    const told = printed(await home.run(["login", url], { env: { HUB_KEY: key } }));
    ok(told.includes(`kept as ${host},`), told);
    const listed = JSON.parse(printed(await home.run(["login", "--list", "--json"])));
    deepStrictEqual(listed, [
      { name: "here", url, key: prefix, inUse: false },
      { name: host, url, key: prefix, inUse: true },
    ]);
    strictEqual(printed(await home.run(["login", "--use", "here"])), "here is in use now.\n");
    match(
      printed(await home.run(["login", "--list"])),
      new RegExp(`^\\* {2}here +${url} {2}alk_\\w{10}$`, "m"),
    );
  });
  await t.step("and the key stands in one file, which nobody else can read", async () => {
    ok((await stored(home)).includes(key));
    const { mode } = await Deno.stat(join(home.path, "profiles.json"));
    strictEqual((mode ?? 0) & 0o777, 0o600);
    deepStrictEqual(Array.from(Deno.readDirSync(home.path), ({ name }) => name), ["profiles.json"]);
  });
  await t.step("until it is forgotten", async () => {
    strictEqual(printed(await home.run(["logout"])), "here is forgotten.\n");
    match((await home.run(["nodes"])).stderr, /No hub is named/);
    printed(await home.run(["logout", new URL(url).host]));
    ok(!(await stored(home)).includes("alk_"));
    match((await home.run(["logout"])).stderr, /no hub in use to log out of/);
  });
});

const REFUSED: readonly (readonly [string, string[], RegExp])[] = [
  ["no address", ["login"], /Say where the hub answers: hub login URL/],
  ["no key", ["login", "https://hub.example"], /There is no key: type it, pipe it in/],
  [
    "an address that everybody can listen to",
    ["login", "http://hub.example"],
    /Use https:, or add --allow-http/,
  ],
  ["two wishes", ["login", "--list", "--use", "a"], /cannot be used with/],
  ["a name that is none", ["login", "https://a", "--name", "a b"], /use letters, digits/],
  ["a profile that is not there", ["login", "--use", "a"], /There is no profile "a"/],
];

Deno.test("what cannot be kept is refused, and says what would do", async (t) => {
  await using home = await testHome();
  for (const [what, args, words] of REFUSED) {
    await t.step(what, async () => {
      const { code, stderr } = await home.run(args, { stdin: "" });
      strictEqual(code, 1);
      match(stderr, words);
    });
  }
  await t.step("a token to register with", async () => {
    const { token } = createToken("registration");
    const { code, stderr } = await home.run(["login", "https://hub.example"], { stdin: token });
    strictEqual(code, 1);
    match(stderr, /use it with "hub spoke register"/);
    ok(!stderr.includes(token));
  });
});

Deno.test("the hub of a data directory is found there, and whoever has no key is told how to get one", async () => {
  await using home = await testHome();
  await using database = await testDatabase();
  const env = { HUB_NATS_SERVER: testEnvironment().natsServer, DATABASE_URL: database.url };
  await using hub = spawnHub({ args: [], env: { ...home.env, ...env } });
  const url = await hub.ready;
  const none = await home.run(["spokes"]);
  strictEqual(none.code, 4);
  match(none.stderr, /hub keys create NAME --preset caller \| hub login/);
  const { stdout } = await home.run(["keys", "create", "me", "--preset", "admin"]);
  const told = printed(await home.run(["login"], { stdin: stdout }));
  ok(told.startsWith(`Logged in to ${url} as alk_`), told);
  match(printed(await home.run(["nodes"])), /^\* /);
  hub.kill("SIGTERM");
  await hub.exited;
  const gone = await home.run(["nodes"]);
  strictEqual(gone.code, 3);
  match(gone.stderr, /No hub answers at http.*, named by profile 127\.0\.0\.1:\d+: /);
});

Deno.test("the tasks grant commands the profiles, and a node gives that up", async () => {
  await using world = await startLogin();
  const { home, url, key } = world;
  const needs = { dataDir: join(home.root, "data"), profiles: home.path };
  const permissions = ["--no-prompt", ...permissionsFor(needs)];
  const run = (args: string[], stdin?: string) =>
    runHub({ args, permissions, env: home.env, ...(stdin === undefined ? {} : { stdin }) });
  printed(await run(["login", url], key));
  match(printed(await run(["nodes"])), /^\* /);
  // A module of kinds runs with the rights of the command that loads it.
  const module = join(home.root, "data", "kind.ts");
  await Deno.mkdir(join(home.root, "data"), { recursive: true });
  await Deno.writeTextFile(module, `Deno.readTextFileSync("${home.path}/profiles.json");`);
  const { stderr } = await run(["start", "--http-port", "0", "--kinds", module]);
  match(stderr, /Requires read access to .*profiles\.json/);
});
