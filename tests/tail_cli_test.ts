/** `hub tail`: what happens on a hub, told as it happens. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { callOver, type RemoteHub, startRemote, testHome } from "./_remote_cli_testing.ts";
import { hubCommand } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { until } from "./harness/until.ts";

const KINDS = fromFileUrl("../_actor_kinds.ts");

const add = ({ env }: RemoteHub, id: string, n: number) =>
  callOver(env, "/hub/actors/send", { kind: "tally", id, event: { type: "ADD", n } });

Deno.test("calls are told when they are over, those that were asked for", async (t) => {
  await using remote = await startRemote();
  const { home, env } = remote;
  const upper = (text: unknown) => callOver(env, "/dev1/text/upper", { text });

  await t.step("a line for each", async () => {
    await using tail = home.start(["tail", "--operation", "dev1/text/*"], env);
    await until(async () => (await upper("a"), tail.stdout() !== ""), { what: "a call" });
    match(
      tail.stdout(),
      /^[\d:.]{12} {2}ok {7}\/dev1\/text\/upper {2}[\d.]+ ms {2}alk_\w{10} → n\w+\n/,
    );
    tail.kill("SIGINT");
    strictEqual((await tail.status).code, 130);
  });
  await t.step("failures of one code, as callers are told it, for programs", async () => {
    const args = ["tail", "--outcome", "INVALID_INPUT", "--json"];
    await using tail = home.start(args, env);
    await until(async () => (await upper("a"), await upper(1), tail.stdout() !== ""), {
      what: "a failure",
    });
    const [line = ""] = tail.stdout().split("\n");
    const { of, operation, status, error } = JSON.parse(line);
    deepStrictEqual([of, operation, status], ["call", "dev1/text/upper", "failed"]);
    strictEqual(error, "INVALID_INPUT");
    ok(!tail.stdout().includes('"ok"'));
  });
  await t.step("beginnings, too, if they are asked for", async () => {
    await using tail = home.start(["tail", "--peer", "dev1", "--starts"], env);
    await until(async () => (await upper("a"), /running[^]*ok/.test(tail.stdout())), {
      what: "a beginning and an end",
    });
  });
});

Deno.test("actors are followed, several of them at once, beside calls", async () => {
  await using remote = await startRemote({ kinds: [KINDS] });
  await add(remote, "a", 1);
  await add(remote, "b", 1);
  const args = [
    "tail",
    "--actor",
    "tally/a",
    "--actor",
    "tally/b",
    "--operation",
    "hub/actors/send",
  ];
  await using tail = remote.home.start(args, remote.env);
  await until(() => /tally\/a {2}\d[^]*tally\/b {2}\d|tally\/b[^]*tally\/a/.test(tail.stdout()), {
    what: "both to be followed",
  });
  await add(remote, "b", 2);
  await until(() => /tally\/b .* ADD .*\n {2}~ \/count {2}1 → 3\n/.test(tail.stdout()), {
    what: "what happened to b",
  });
  await until(() => / ok +\/hub\/actors\/send /.test(tail.stdout()), { what: "the call" });
});

Deno.test("what nobody may follow ends the command with a reason", async () => {
  await using remote = await startRemote();
  const nobody = await remote.home.run(["tail"], { env: { HUB_URL: remote.hub.url } });
  ok(nobody.code !== 0);
  match(nobody.stderr, /\nNo key was shown\. Keep one with "hub login"/);
  const unknown = await remote.run("tail", "--actor", "nope/a");
  strictEqual(unknown.code, 1);
  match(unknown.stderr, /KIND_NOT_FOUND/);
  match(
    (await remote.run("tail", "--actor", "a")).stderr,
    /Expected kind\/id, such as counter\/visits/,
  );
});

Deno.test("a command whose reader has gone ends by itself", async () => {
  await using remote = await startRemote({ kinds: [KINDS] });
  await add(remote, "a", 1);
  const child = hubCommand({
    args: ["tail", "--actor", "tally/a"],
    env: { ...remote.home.env, ...remote.env },
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  let isOver = false;
  const status = child.status.finally(() => isOver = true);
  await until(async () => (await add(remote, "a", 1), isOver), { what: "the command to end" });
  strictEqual((await status).code, 0);
  strictEqual(await complaints, "");
});

Deno.test("what one node has told, another does not tell again after the connection was lost", async () => {
  const call = (id: string, status: string) => ({
    ...{ position: "1.0", id, operation: "test/echo", node: "n1", status },
    startedAt: "2026-01-31T17:02:11.042Z",
  });
  const streams = [
    [call("a", "running"), call("a", "ok")],
    [call("a", "running"), call("a", "ok"), call("b", "ok")],
  ];
  // Two nodes, as they answer: the first one's connection breaks.
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const told = streams.shift() ?? [];
    const frames = told.map((value) => `data: ${JSON.stringify(value)}\n\n`);
    if (streams.length === 0) frames.push("event: completed\ndata: {}\n\n");
    return new Response(frames.join(""), { headers: { "content-type": "text/event-stream" } });
  });
  await using home = await testHome();
  const env = { HUB_URL: `http://127.0.0.1:${server.addr.port}`, HUB_KEY: "alk_0123456789_x" };
  const { stdout } = await home.run(["tail", "--starts", "--json"], { env });
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(lines.map(({ id, status }) => [id, status]), [
    ["a", "running"],
    ["a", "ok"],
    ["b", "ok"],
  ]);
});
