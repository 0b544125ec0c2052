/**
 * `hub actor …` and `hub replay` as people type them, against hubs that are processes of their own.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  actorSubject,
  decodeText,
  encodeText,
  openBus,
  openStreamReader,
  snapshotSubject,
} from "@hub/bus";
import { counter } from "../actors/runtime/_counter.ts";
import { replayCapsule } from "../actors/runtime/replay/mod.ts";
import { loadKinds } from "../src/kinds.ts";
import { permissionsFor } from "../src/permissions.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { type CommandResult, hubCommand, runHub, spawnHub } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { processesWith } from "./harness/process.ts";
import { testRealm } from "./harness/realm.ts";
import { until } from "./harness/until.ts";

const KINDS = fromFileUrl("../_actor_kinds.ts");

/** A hub process on the shared servers, and its command line. */
async function startCli() {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const env = {
    HUB_REALM: testRealm(),
    HUB_KINDS: KINDS,
    HUB_DATA_DIR: join(dir, "data"),
    NATS_URL: testEnvironment().natsUrl,
    DATABASE_URL: database.url,
  };
  const hub = stack.use(spawnHub({ args: [], env }));
  await hub.ready;
  const parts = stack.move();
  return {
    ...{ env, dir, hub },
    run: (...args: string[]) => runHub({ args, env }),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

function printed({ code, stdout, stderr }: CommandResult): string {
  strictEqual(code, 0, stderr);
  return stdout;
}

Deno.test("actors are spoken to from the command line", async (t) => {
  await using cli = await startCli();
  const { run } = cli;
  await t.step(
    "an event is sent as words, JSON or a file, and the answer says where it stands",
    async () => {
      match(
        printed(await run("actor", "send", "tally", "a", "ADD", "n=2")),
        /^✓ \d+\.0 {2}open\n$/,
      );
      await run("actor", "send", "tally", "a", '{"type":"ADD","n":3}');
      const file = join(cli.dir, "event.json");
      await Deno.writeTextFile(file, '{"type":"ADD","n":4}');
      const sent = await run("actor", "send", "tally", "a", `@${file}`, "--json");
      deepStrictEqual(Object.keys(JSON.parse(printed(sent))), ["seq", "index", "value", "changed"]);
    },
  );
  await t.step("the same command id gets the same answer", async () => {
    const args = ["actor", "send", "tally", "a", "ADD", "n=1", "--command-id", "c1", "--json"];
    strictEqual(printed(await run(...args)), printed(await run(...args)));
  });
  await t.step("a question is answered", async () => {
    const asked = await run("actor", "ask", "tally", "a", "ADD", "n=10");
    deepStrictEqual(JSON.parse(printed(asked)), { type: "counted", count: 20 });
  });
  await t.step("an actor is shown, to people and to programs", async () => {
    match(printed(await run("actor", "get", "tally", "a")), /^tally\/a {2}open {2}active\n/);
    const { context } = JSON.parse(printed(await run("actor", "get", "tally", "a", "--json")));
    deepStrictEqual(context, { count: 20 });
  });
  await t.step("actors are listed", async () => {
    await run("actor", "send", "tally", "b", "ADD", "n=1");
    strictEqual(printed(await run("actor", "ls", "tally")), "tally  a\ntally  b\n");
    match(
      printed(await run("actor", "ls", "--limit", "1")),
      /^tally {2}a\nof 2; more with --after /,
    );
  });
  await t.step("an actor is stopped", async () => {
    match(printed(await run("actor", "stop", "tally", "b")), /^✓/);
    const { code, stderr } = await run("actor", "send", "tally", "b", "ADD", "n=1");
    strictEqual(code, 1);
    match(stderr, /^error: ILLEGAL_STATE: Cannot take ADD: the actor has ended/);
  });
  await t.step("what is wrong is said, with what would be right", async () => {
    const failing = async (...args: string[]) => {
      const { code, stderr } = await run("actor", ...args);
      strictEqual(code, 1);
      return stderr;
    };
    match(
      await failing("send", "tally", "a", "ADD", "n=x"),
      /VALIDATION_ERROR: \/event: Cannot take/,
    );
    match(await failing("send", "tally", "a", "ADD", "2"), /expected a field like n=2/);
    match(await failing("send", "tally", "a", "{"), /it is not JSON/);
    match(await failing("send", "nope", "a", "ADD"), /KIND_NOT_FOUND.*--kinds FILE/);
    match(await failing("get", "tally", "no"), /ACTOR_NOT_FOUND/);
  });
});

Deno.test("a life is replayed from the command line", async (t) => {
  await using cli = await startCli();
  const { run, dir } = cli;
  for (const n of ["1", "2", "3"]) await run("actor", "send", "tally", "a", "ADD", `n=${n}`);
  await run("actor", "ask", "tally", "a", "LATER", "--reply", "late");
  const lines = printed(await run("replay", "tally", "a", "--json")).trimEnd().split("\n");
  const steps = lines.map((line) => JSON.parse(line));
  const places: string[] = steps.map(({ at }) => `${at.seq}.${at.index}`);

  await t.step("as a table of events, states and changes", async () => {
    const table = printed(await run("replay", "tally", "a"));
    match(table, /caller operator {7}ADD \{"n":2\} +open\n +~ \/count {2}1 → 3\n +emits counted/);
    match(table, /LATER +open → waiting\n/);
    match(table, /timer +xstate\.after\.soon\S+…? +waiting → open\n/);
    match(table, /\n6 events, active, open\n$/);
  });
  await t.step("up to a position, as the whole state there", async () => {
    const shown = printed(await run("replay", "tally", "a", "--at", places[2] ?? ""));
    strictEqual(shown, `${places[2]}  open  active\n{\n  "count": 3\n}\n`);
    const { code, stderr } = await run("replay", "tally", "a", "--at", "999999");
    strictEqual(code, 1);
    match(stderr, /it has no event there; its messages lie between \d+ and \d+/);
  });
  await t.step("with another log", async () => {
    const file = join(dir, "edits.json");
    await Deno.writeTextFile(file, JSON.stringify([{ drop: places[1] }]));
    const shown = printed(await run("replay", "tally", "a", "--what-if", file));
    match(
      shown,
      /^as it was {3}open {2}active\nwhat if {5}open {2}active\n {2}~ \/count {2}6 → 5\n/,
    );
    await Deno.writeTextFile(file, "[{}]");
    match((await run("replay", "tally", "a", "--what-if", file)).stderr, /Cannot read the edits/);
  });
  await t.step("into a capsule, which a unit test replays", async () => {
    const file = join(dir, "a.capsule.json");
    match(printed(await run("replay", "tally", "a", "--export", file)), /^✓ .*a\.capsule\.json: /);
    const [kind] = await loadKinds([KINDS]);
    ok(kind);
    const { difference, events } = await replayCapsule(file, { kind });
    deepStrictEqual([difference, events], [undefined, 6]);
    strictEqual(
      JSON.parse(printed(await run("replay", "tally", "a", "--export", "-"))).log.length,
      6,
    );
  });
  await t.step("and compared with what is stored, one actor or all of a kind", async () => {
    for (const id of ["b", "c"]) await run("actor", "send", "tally", id, "ADD", "n=1");
    match(
      printed(await run("replay", "tally", "--verify")),
      /^✓ tally: 3 actors, 10 events folded; 1 as their snapshots, byte for byte, 2 without/,
    );
    const one = JSON.parse(printed(await run("replay", "tally", "a", "--verify", "--json")));
    deepStrictEqual([one.actors, one.same, one.problems], [1, 1, []]);
  });
  await t.step("a kind whose module is not named cannot be replayed", async () => {
    const { code, stderr } = await runHub({
      args: ["replay", "tally", "a"],
      env: { ...cli.env, HUB_KINDS: "" },
    });
    strictEqual(code, 1);
    match(stderr, /Name the module with --kinds FILE, HUB_KINDS or in hub\.jsonc/);
  });
  await t.step("what never was cannot be replayed", async () => {
    match((await run("replay", "tally", "no")).stderr, /nothing was ever sent to it/);
    match((await run("replay", "tally")).stderr, /or add --verify for all/);
  });
});

Deno.test("a snapshot that differs from its log is found, and the command fails", async () => {
  await using cli = await startCli();
  for (let n = 0; n < 6; n++) await cli.run("actor", "send", "tally", "a", "ADD", "n=1");
  const { natsUrl } = testEnvironment();
  await using bus = await openBus({ servers: natsUrl, name: "test", realm: cli.env.HUB_REALM });
  const subject = snapshotSubject(bus.realm, { kind: "tally", id: "a" });
  const reader = await openStreamReader(bus);
  const stored = await until(() => reader.last("SNAPSHOTS", subject), { what: "a snapshot" });
  const text = decodeText(stored.data);
  await bus.requests.publish(subject, encodeText(text.replace(/"count":(\d)\}/, '"count":99}')));
  const { code, stdout } = await cli.run("replay", "tally", "--verify");
  strictEqual(code, 1);
  match(stdout, /✗ tally\/a {2}the snapshot of message \d+ differs \(stored → folded\)/);
  match(stdout, /~ \/snapshot\/context\/count {2}99 → \d/);
  match(stdout, /1 not as they should be/);
});

Deno.test("a commit that is damaged is named with its place, and the other actors are verified all the same", async () => {
  await using cli = await startCli();
  for (const id of ["a", "b"]) await cli.run("actor", "send", "tally", id, "ADD", "n=1");
  const { natsUrl } = testEnvironment();
  await using bus = await openBus({ servers: natsUrl, name: "test", realm: cli.env.HUB_REALM });
  const { seq } = await bus.requests.publish(
    actorSubject(bus.realm, { kind: "tally", id: "a" }),
    "garbage",
  );
  const named = new RegExp(`Cannot read message ${seq} of \\S+\\.evt\\.tally\\.a: it is no commit`);
  for (const args of [["replay", "tally", "a"], ["actor", "get", "tally", "a"]]) {
    const { code, stderr } = await cli.run(...args);
    strictEqual(code, 1);
    match(stderr, named);
  }
  const { code, stdout } = await cli.run("replay", "tally", "--verify");
  strictEqual(code, 1);
  match(stdout, new RegExp(`✗ tally/a {2}message ${seq} cannot be folded: `));
  match(stdout, named);
  match(stdout, /2 actors, \d+ events folded; .*1 not as they should be/);
});

/** A data directory for a hub with a NATS of its own. */
async function dataDirectory() {
  const dir = await Deno.makeTempDir();
  return {
    path: join(dir, "data"),
    async [Symbol.asyncDispose]() {
      const gone = async () => (await processesWith(dir)).length === 0;
      await until(gone, { what: "all processes of the data directory to end" });
      await Deno.remove(dir, { recursive: true });
    },
  };
}

Deno.test("a hub with a NATS of its own is found by its data directory, with its kinds, and a watch outlives it", async () => {
  await using database = await testDatabase();
  await using data = await dataDirectory();
  const cli = { HUB_DATA_DIR: data.path };
  const env = {
    ...cli,
    HUB_KINDS: KINDS,
    HUB_NATS_SERVER: testEnvironment().natsServer,
    DATABASE_URL: database.url,
  };
  const run = (...args: string[]) => runHub({ args, env: cli });
  match(
    (await run("actor", "ls")).stderr,
    /No hub with a NATS of its own runs in .*deno task start/,
  );

  await using first = spawnHub({ args: [], env });
  await first.ready;
  printed(await run("actor", "send", "tally", "a", "ADD", "n=1"));
  match(printed(await run("replay", "tally", "a")), /\n2 events, active, open\n$/);

  const watching = hubCommand({
    args: ["actor", "watch", "tally", "a", "--from", "0.0", "--json"],
    env: cli,
  }).spawn();
  let seen = "";
  const reading = (async () => {
    for await (const text of watching.stdout.pipeThrough(new TextDecoderStream())) seen += text;
  })();
  const complaints = new Response(watching.stderr).text();
  const counts = () =>
    seen.trimEnd().split("\n").flatMap((line) => JSON.parse(line).emitted)
      .map(({ count }) => count);
  await until(() => seen.includes('"count":1'), { what: "the watch to begin" });

  first.kill("SIGKILL");
  await first.exited;
  await using second = spawnHub({ args: [], env });
  await second.ready;
  printed(await run("actor", "send", "tally", "a", "ADD", "n=2"));
  await until(() => seen.includes('"count":3'), { what: "the watch to go on" });
  deepStrictEqual(counts(), [1, 3]);

  watching.kill("SIGTERM");
  await watching.status;
  await reading;
  match(await complaints, /(lost|gone|stops).*\. Waiting for the hub\./);
  second.kill("SIGTERM");
  await second.exited;
});

Deno.test("where no hub is, a command says how to start one", async () => {
  const env = { NATS_URL: testEnvironment().natsUrl, HUB_REALM: testRealm() };
  for (const command of [["send", "tally", "a", "ADD"], ["ls"], ["watch", "tally", "a"]]) {
    const { code, stderr } = await runHub({ args: ["actor", ...command], env });
    strictEqual(code, 1);
    match(stderr, /No hub answers at this NATS\. Start one with "deno task start"/);
  }
});

Deno.test("a hub and its command line load kinds with the permissions that the tasks grant", async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  // Outside of the project, in two files.
  const runtime = fromFileUrl("../../actors/runtime");
  await Deno.writeTextFile(join(dir, "kind.ts"), `export { counter as default } from "./own.ts";`);
  await Deno.writeTextFile(
    join(dir, "own.ts"),
    `export { counter } from "file://${runtime}/_counter.ts";`,
  );
  const env = {
    HUB_REALM: testRealm(),
    HUB_KINDS: join(dir, "kind.ts"),
    HUB_DATA_DIR: join(dir, "data"),
    NATS_URL: testEnvironment().natsUrl,
    DATABASE_URL: database.url,
  };
  const needs = { dataDir: env.HUB_DATA_DIR, kinds: [env.HUB_KINDS] };
  const permissions = ["--no-prompt", ...permissionsFor(needs)];
  const hub = stack.use(spawnHub({ args: [], env, permissions }));
  await hub.ready;
  const run = (...args: string[]) => runHub({ args, env, permissions });
  printed(await run("actor", "send", counter.kind, "a", "ADD", "n=7"));
  match(printed(await run("replay", counter.kind, "a")), /~ \/count {2}0 → 7/);
  const away = await run("replay", counter.kind, "a", "--export", "a.json");
  strictEqual(away.code, 1);
  match(away.stderr, /Let the shell write it: hub replay counter a --export - > a\.json/);
});

for (
  const name of [
    "actor send",
    "actor ask",
    "actor get",
    "actor watch",
    "actor ls",
    "actor stop",
    "replay",
  ]
) {
  Deno.test(`hub ${name} --help says what it does, with an example`, async () => {
    const help = printed(await runHub({ args: [...name.split(" "), "--help"] }));
    match(help, new RegExp(`Examples?:\n  hub ${name} `));
  });
}

Deno.test("a hub whose kinds cannot be loaded does not start, and says why", async () => {
  const { code, stderr } = await runHub({
    args: ["start", "--http-port", "0", "--kinds", "./no_such_kind.ts"],
    env: { NATS_URL: testEnvironment().natsUrl, DATABASE_URL: testEnvironment().postgresUrl },
  });
  strictEqual(code, 1);
  match(stderr, /Cannot load \.\/no_such_kind\.ts: there is no file /);
});
