import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { runHub } from "../../../tests/harness/hub.ts";

/** A terminal's own control characters, an order to read backwards, and a line end of its own. */
const RULING = "\u007f\u009b2J\u202e\u2028";
const RULES = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/u;
const KEY = "alk_0123456789_secret";

const PAGES: Readonly<Record<string, object>> = {
  "/search": { operations: [{ name: RULING, op_type: "query" }], next_cursor: RULING },
  "/hub/nodes/list": { nodes: [{ id: RULING, epoch: 1, here: true, spokes: 0 }], next: RULING },
  "/hub/calls/tail": callOf(RULING),
};

function callOf(operation: string) {
  return { operation, node: "n1", status: "ok", startedAt: "2026-01-01T00:00:00.000Z" };
}

/** Somebody who answers as a hub does, with text that is not to be trusted, and a user of it. */
async function startStranger() {
  await using stack = new AsyncDisposableStack();
  const keys: (string | null)[] = [];
  const web = stack.use(Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    keys.push(request.headers.get("authorization"));
    return answerTo(request);
  }));
  const root = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(root, { recursive: true }));
  const env = { XDG_CONFIG_HOME: root, HUB_DATA_DIR: join(root, "data") };
  const parts = stack.move();
  return {
    root,
    /** What was shown, since it was asked last. */
    shown: () => keys.splice(0),
    here: `http://127.0.0.1:${web.addr.port}`,
    // An address that is not of this machine by its name, and leads here nevertheless.
    clear: `http://0.0.0.0:${web.addr.port}`,
    run: (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      runHub({ args, env: { ...env, ...more } }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function answerTo(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { operation } = await request.json();
  const output = PAGES[pathname] ?? PAGES[operation] ?? RULING;
  if (operation === "/fail") {
    return Response.json({ code: "ODD", message: RULING, details: RULING }, { status: 422 });
  }
  if (pathname !== "/subscribe") return Response.json({ result: "ok", output });
  const text = operation === "/odd"
    ? "data: {oops\n\n"
    : `data: ${JSON.stringify(output)}\n\nevent: completed\ndata: {}\n\n`;
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

Deno.test("what a hub says rules no terminal, for programs either, and is the same once parsed", async (t) => {
  await using stranger = await startStranger();
  const rows: readonly (readonly [string[], unknown])[] = [
    [["call", "/echo", "--json"], RULING],
    [["call", "/echo", "--watch", "--json"], RULING],
    [["ops", "--json"], PAGES["/search"]],
    [["nodes", "--json"], PAGES["/hub/nodes/list"]],
    [["tail", "--json"], { of: "call", ...callOf(RULING) }],
    [["call", "/fail", "--json"], {
      ...{ code: "ODD", message: RULING, retryable: false, details: RULING },
    }],
  ];
  for (const [args, value] of rows) {
    await t.step(args.join(" "), async () => {
      const { stdout, stderr } = await stranger.run(args, { HUB_URL: stranger.here });
      doesNotMatch(stdout + stderr, RULES);
      deepStrictEqual(JSON.parse(stdout + stderr), value);
    });
  }
  await t.step("nor in what people read", async () => {
    for (const command of ["ops", "nodes"]) {
      const { stdout } = await stranger.run([command], { HUB_URL: stranger.here });
      match(stdout, /more with --after \\u007f/);
      doesNotMatch(stdout, RULES);
    }
  });
});

Deno.test("a stream that cannot be read is told as what no hub sends", async () => {
  await using stranger = await startStranger();
  const { code, stderr } = await stranger.run(["call", "/odd", "--watch"], {
    HUB_URL: stranger.here,
  });
  strictEqual(code, 3, stderr);
  match(stderr, /Cannot read what http:\S+ sent: it is no hub, or of another version\n/);
});

Deno.test("no command shows a key to a network that can read it, unless the user has said so", async (t) => {
  await using stranger = await startStranger();
  const env = { HUB_URL: stranger.clear, HUB_KEY: KEY };
  const commands = [
    ["call", "/echo"],
    ["ops"],
    ["schema", "/echo"],
    ["tail"],
    ["nodes"],
    ["spokes"],
  ];
  for (const args of commands) {
    await t.step(args.join(" "), async () => {
      const { code, stderr } = await stranger.run(args, env);
      deepStrictEqual([code, stranger.shown()], [1, []]);
      match(stderr, /Cannot send a key to http:.* add --allow-http where the network is your own/);
    });
  }
  await t.step("names to complete", async () => {
    const { stdout } = await stranger.run(["completions", "--operations", ""], env);
    deepStrictEqual([stdout, stranger.shown()], ["", []]);
  });
  await t.step("but with --allow-http", async () => {
    const { code } = await stranger.run(["call", "/echo", "--allow-http"], env);
    deepStrictEqual([code, stranger.shown()], [0, [`Bearer ${KEY}`]]);
  });
  await t.step("but the key that was kept for that address", async () => {
    const directory = join(stranger.root, "alkdev-hub");
    await Deno.mkdir(directory);
    const kept = { current: "own", profiles: { own: { url: stranger.clear, key: KEY } } };
    const file = join(directory, "profiles.json");
    await Deno.writeTextFile(file, JSON.stringify(kept), { mode: 0o600 });
    strictEqual((await stranger.run(["call", "/echo"])).code, 0);
    deepStrictEqual(stranger.shown(), [`Bearer ${KEY}`]);
    strictEqual((await stranger.run(["call", "/echo"], { HUB_KEY: "another" })).code, 1);
    deepStrictEqual(stranger.shown(), []);
  });
  await t.step("and what shows no key goes anywhere", async () => {
    const nobody = { HUB_URL: stranger.clear, XDG_CONFIG_HOME: join(stranger.root, "nobody") };
    strictEqual((await stranger.run(["call", "/echo"], nobody)).code, 0);
    deepStrictEqual(stranger.shown(), [null]);
  });
});
