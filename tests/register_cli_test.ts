/** `hub spoke register`: a worker becomes a spoke with nothing but an address and a token. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createToken } from "../src/auth/token.ts";
import { callOver, type Home, printed, testHome } from "./_remote_cli_testing.ts";
import { startTestHub } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { startProxy } from "./harness/proxy.ts";
import { until } from "./harness/until.ts";

async function startRegistration() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startTestHub({ auth: { registration: true } }));
  const home = stack.use(await testHome());
  ok(hub.firstKey);
  const env = { HUB_URL: hub.url, HUB_KEY: hub.firstKey };
  const parts = stack.move();
  return {
    ...{ home, env, url: hub.url },
    invite: async (peerId: string) => {
      const input = { peerId, roles: ["spoke"], minutes: 5 };
      return String(Object(await callOver(env, "/hub/registration/create", input)).token);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const filesOf = ({ path }: Home) =>
  Array.from(Deno.readDirSync(join(path, "spokes")), ({ name }) => name).toSorted();

Deno.test("a worker registers with a token that is piped in, and its program connects with what is kept", async () => {
  await using world = await startRegistration();
  const { home, env, url } = world;
  const token = await world.invite("gpu1");
  const told = printed(
    await home.run(["spoke", "register", url, "--name", "GPU 1"], { stdin: `${token}\n` }),
  );
  match(told, /^This is gpu1 now, with spokes:\S+ spokes:\S+, until 20\d\d-/);
  deepStrictEqual(filesOf(home), ["gpu1.env", "gpu1.pem"]);
  for (const name of filesOf(home)) {
    const { mode } = await Deno.stat(join(home.path, "spokes", name));
    strictEqual((mode ?? 0) & 0o777, 0o600, name);
  }
  const peer = Object(await callOver(env, "/hub/peers/get", { peerId: "gpu1" }));
  deepStrictEqual([peer.displayName, peer.fingerprints.length], ["GPU 1", 1]);

  // As the command says: the file is the program's environment.
  const file = join(home.path, "spokes", "gpu1.env");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--env-file=" + file, "-A", fromFileUrl("../../examples/fs_spoke.ts"), home.root],
    ...{ stdout: "null", stderr: "inherit", stdin: "null" },
  }).spawn();
  try {
    const list = () => callOver(env, "/gpu1/fs/list", { path: "." });
    await until(list, { what: "the spoke" });
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
});

Deno.test("a registration whose answer got lost is repeated with the same key", async () => {
  await using world = await startRegistration();
  const { home, url } = world;
  const token = await world.invite("gpu1");
  await using proxy = startProxy({ port: Number(new URL(url).port) });
  proxy.cut();
  const env = { HUB_REGISTRATION_TOKEN: token };
  const lost = await home.run(["spoke", "register", `http://127.0.0.1:${proxy.port}`], { env });
  strictEqual(lost.code, 3, lost.stderr);
  const [pending = ""] = filesOf(home);
  match(pending, /^alkreg_\w{10}\.pending\.pem$/);
  const key = await Deno.readTextFile(join(home.path, "spokes", pending));
  printed(await home.run(["spoke", "register", url], { env }));
  strictEqual(await Deno.readTextFile(join(home.path, "spokes", "gpu1.pem")), key);
});

Deno.test("what a spoke needs can be printed, and nothing is kept then", async () => {
  await using world = await startRegistration();
  const { home, url } = world;
  const env = { HUB_REGISTRATION_TOKEN: await world.invite("gpu1"), HUB_URL: url };
  const { code, stdout, stderr } = await home.run(["spoke", "register", "--print", "--json"], {
    env,
  });
  strictEqual(code, 0, stderr);
  match(stdout, /^HUB_URL=ws:\/\/127\.0\.0\.1:\d+\/ws\nHUB_KEY=alkpeer_\S+\n$/);
  const { peer_id, file } = JSON.parse(stderr);
  deepStrictEqual([peer_id, file], ["gpu1", null]);
  await Deno.stat(home.path).then(() => ok(false), (error) => {
    ok(error instanceof Deno.errors.NotFound);
  });
});

Deno.test("a registration that is refused says why, and what to do", async (t) => {
  await using world = await startRegistration();
  const { home, url } = world;
  const { token } = createToken("registration"), key = createToken("key").token;
  const rows: readonly (readonly [string, string[], string, RegExp])[] = [
    ["an unknown token", [url], token, /INVALID_TOKEN: .*\nIt works once/],
    ["a key", [url], key, /Expected a token such as alkreg_.*needs no registration/],
    ["nothing", [url], "", /Expected a token/],
    ["an address in clear", ["http://hub.example"], token, /Use https:, or add --allow-http/],
    ["no address", [], token, /No hub is named/],
  ];
  for (const [what, args, stdin, words] of rows) {
    await t.step(what, async () => {
      const { code, stdout, stderr } = await home.run(["spoke", "register", ...args], { stdin });
      deepStrictEqual([code, stdout], [1, ""]);
      match(stderr, words);
      ok(!stderr.includes(token) && !stderr.includes(key));
    });
  }
  await t.step("a hub that lets nobody", async () => {
    await using closed = await startTestHub();
    const { code, stderr } = await home.run(["spoke", "register", closed.url], { stdin: token });
    strictEqual(code, 1);
    match(stderr, /lets no workers register\nWhoever runs it lets them with auth\.registration/);
  });
});
