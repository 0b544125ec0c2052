/** `hub call`, `hub ops` and the others against a hub that is reached by its address alone. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { callOver, printed, startRemote, testHome } from "./_remote_cli_testing.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { startProxy } from "./harness/proxy.ts";
import { until } from "./harness/until.ts";

const KINDS = fromFileUrl("../_actor_kinds.ts");

Deno.test("operations are called, found and understood from the command line", async (t) => {
  await using remote = await startRemote({ kinds: [KINDS] });
  const { run, home } = remote;

  await t.step("with fields, JSON, a file or standard input", async () => {
    strictEqual(printed(await run("call", "/dev1/text/upper", "text=two words")), '"TWO WORDS"\n');
    strictEqual(printed(await run("call", "any/text/upper", '{"text":"a"}')), '"A"\n');
    const file = join(home.root, "in.json");
    await Deno.writeTextFile(file, '{"text":"b"}');
    strictEqual(printed(await run("call", "/dev1/text/upper", `@${file}`)), '"B"\n');
    const piped = await home.run(["call", "/dev1/text/upper", "-"], {
      env: remote.env,
      stdin: '{"text":"c"}',
    });
    strictEqual(printed(piped), '"C"\n');
  });
  await t.step("with an answer for people, or in one line for programs", async () => {
    match(printed(await run("call", "/services/list-peers")), /^\{\n {2}"peers": \[\n/);
    const line = printed(await run("call", "/services/list-peers", "--json"));
    strictEqual(line.trimEnd().split("\n").length, 1);
  });
  await t.step("a subscription is watched until it is over", async () => {
    const args = ["call", "/dev1/text/count", "to=3", "--watch"];
    strictEqual(printed(await run(...args)), "1\n2\n3\n");
  });
  await t.step("the same idempotency key gets the same answer", async () => {
    const args = [
      "call",
      "/hub/actors/send",
      '{"kind":"tally","id":"a","event":{"type":"ADD","n":2}}',
    ];
    const keyed = [...args, "--idempotency-key", "k1", "--json"];
    strictEqual(printed(await run(...keyed)), printed(await run(...keyed)));
    const got = await callOver(remote.env, "/hub/actors/get", { kind: "tally", id: "a" });
    deepStrictEqual(Object(got).context, { count: 2 });
  });
  await t.step("operations are found by what they do, and listed a page at a time", async () => {
    match(
      printed(await run("ops", "upper", "csae")),
      /^\/dev1\/text\/upper +mutation +Upper case\n/,
    );
    const own = printed(await run("ops", "--own", "--limit", "2", "--type", "query"));
    match(own, /^\/hub\/\S+ +query .*\n\/hub\/\S+ +query .*\nmore with --after \S+\n$/);
    const page = JSON.parse(printed(await run("ops", "text", "--json")));
    ok(page.operations.length >= 4);
  });
  await t.step("what an operation takes, gives and asks for is shown", async () => {
    strictEqual(
      printed(await run("schema", "/dev1/text/upper")),
      "/dev1/text/upper  mutation\nUpper case\n\n" +
        "takes\n  text  text  needed  What to write large\n\ngives\n  text\n",
    );
    const shown = printed(await run("schema", "hub/actors/send"));
    match(shown, /\n {2}commandId +text {10,}The same id again/);
    match(shown, /\nmay fail with\n {2}KIND_NOT_FOUND/);
    match(shown, /\nasks for\n {2}actors:send\n$/);
    const whole = JSON.parse(printed(await run("schema", "/dev1/text/upper", "--json")));
    strictEqual(whole.input_schema.properties.text.type, "string");
  });
  await t.step("nodes and spokes are listed", async () => {
    const { nodeId } = remote.hub;
    match(
      printed(await run("nodes")),
      new RegExp(`^\\* {2}${nodeId} {2}1 {2}\\d+\\.\\d+\\.\\d+ {2}20`),
    );
    strictEqual(printed(await run("spokes")), `dev1  ${nodeId}  4\n`);
    strictEqual(printed(await run("spokes", "--node", "no")), "There are none now.\n");
    strictEqual(JSON.parse(printed(await run("spokes", "--json"))).spokes.length, 1);
  });
});

Deno.test("a failure says what went wrong and what to do, and ends with a code of its own", async (t) => {
  await using remote = await startRemote();
  const { run, home } = remote;
  const failing: [string, string[], number, RegExp][] = [
    [
      "an input that does not fit",
      ["call", "/dev1/text/upper", "text=1"],
      1,
      /^error: INVALID_INPUT: the input does not fit\n {2}\/text: Expected string\n$/,
    ],
    ["an error of the operation", ["call", "/dev1/text/fail"], 1, /^error: TOO_LOUD: too loud\n$/],
    [
      "no such operation",
      ["call", "/dev1/text/uper"],
      1,
      /NOT_FOUND[^]*one of these\? \/dev1\/text\/upper/,
    ],
    ["a subscription that is called", ["call", "/dev1/text/count", "to=1"], 1, /add --watch/],
    [
      "a call that is watched",
      ["call", "/dev1/text/upper", "text=a", "--watch"],
      1,
      /leave --watch out/,
    ],
    [
      "a deadline",
      ["call", "/dev1/text/wait", "--timeout", "0.2"],
      5,
      /TIMEOUT[^]*may have been run already/,
    ],
    [
      "no idempotency here",
      ["call", "/dev1/text/upper", "text=a", "--idempotency-key", "k"],
      1,
      /takes no idempotency key/,
    ],
    ["no such schema", ["schema", "/text/upper"], 1, /one of these\? \/dev1\/text\/upper/],
    ["two hubs", ["ops", "--url", "a", "--profile", "b"], 1, /together/],
    ["a profile that is not there", ["ops", "--profile", "b"], 1, /no profile "b"/],
    [
      "nobody there",
      ["ops", "--url", closedPort(), "--json"],
      3,
      /^\{"code":"UNREACHABLE",.*named by --url: .*Connection refused/,
    ],
  ];
  for (const [what, args, code, words] of failing) {
    await t.step(what, async () => {
      const result = await run(...args);
      match(result.stderr, words);
      deepStrictEqual([result.code, result.stdout], [code, ""]);
      ok(!result.stderr.includes("    at "), "no stack");
    });
  }
  await t.step("a key that stands for nobody, and none at all", async () => {
    const wrong = await home.run(["ops"], { env: { ...remote.env, HUB_KEY: "alk_no" } });
    deepStrictEqual([wrong.code, wrong.stdout], [4, ""]);
    match(wrong.stderr, /FORBIDDEN: the credential is not valid\n.*hub auth explain/);
    const nobody = await home.run(["call", "/dev1/text/upper", "text=a"], {
      env: { HUB_URL: remote.hub.url },
    });
    strictEqual(nobody.code, 4);
    match(nobody.stderr, /No key was shown\. Keep one with "hub login"/);
  });
  await t.step("a failure as programs read it", async () => {
    const { stderr } = await run("call", "/dev1/text/fail", "--json");
    deepStrictEqual(JSON.parse(stderr), {
      code: "TOO_LOUD",
      message: "too loud",
      retryable: false,
    });
  });
  await t.step("somebody who is no hub", async () => {
    await using web = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () =>
        new Response("moved", { status: 302, headers: { location: "https://elsewhere.example/" } }),
    );
    const env = { ...remote.env, HUB_URL: `http://127.0.0.1:${web.addr.port}` };
    const { code, stderr } = await home.run(["ops"], { env });
    strictEqual(code, 3);
    match(stderr, /is no hub: its status is 302 and leads to https:\/\/elsewhere\.example\//);
  });
});

/** Where nobody listens any more. */
function closedPort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

Deno.test("no hub is named, none runs: the command says what there is to do", async () => {
  await using home = await testHome();
  const { code, stderr } = await home.run(["ops"]);
  strictEqual(code, 1);
  match(stderr, /Log in to one with "hub login URL", name one with --url or HUB_URL/);
});

Deno.test("Ctrl-C aborts a call on the hub", async () => {
  await using remote = await startRemote();
  await using command = remote.home.start(["call", "/dev1/text/wait"], remote.env);
  await until(() => remote.waiting() === 1, { what: "the call to arrive" });
  command.kill("SIGINT");
  const { code } = await command.status;
  strictEqual(code, 130);
  strictEqual(command.stderr() + command.stdout(), "");
  await until(() => remote.waiting() === 0, { what: "the call to be aborted at the spoke" });
});

Deno.test("a watch goes on where it was when its node comes back, and ends with Ctrl-C", async () => {
  await using remote = await startRemote({ kinds: [KINDS] });
  const { env, home } = remote;
  const add = () =>
    callOver(env, "/hub/actors/send", { kind: "tally", id: "a", event: { type: "ADD", n: 1 } });
  await add();
  // In between stands what can be cut off.
  await using proxy = startProxy({ port: Number(new URL(remote.hub.url).port) });
  const args = ["call", "/hub/actors/watch", '{"kind":"tally","id":"a","from":"0.0"}', "--watch"];
  await using watch = home.start(args, { ...env, HUB_URL: `http://127.0.0.1:${proxy.port}` });
  const counts = () => [...watch.stdout().matchAll(/"counted","count":(\d+)/g)].map(([, n]) => n);
  await until(() => counts().length === 1, { what: "the first count" });
  proxy.cut();
  await add();
  await until(() => watch.stderr().includes("Waiting for the hub"), {
    what: "the loss to be told",
  });
  proxy.heal();
  await until(() => counts().length === 2, { what: "the second count" });
  deepStrictEqual(counts(), ["1", "2"]);
  watch.kill("SIGINT");
  strictEqual((await watch.status).code, 130);
});
