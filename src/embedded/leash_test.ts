import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { isAlive } from "../../tests/harness/process.ts";
import { until } from "../../tests/harness/until.ts";
import { endStale, leash, runLeashed } from "./leash.ts";

/** A shell script under a name that the leash accepts. */
async function program(script: string, name = "nats-server") {
  const dir = await Deno.makeTempDir();
  const path = join(dir, name);
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { path, dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const RUN_FOREVER = 'echo "pid $$"; while :; do sleep 0.05; done';
const IGNORE_SIGNALS = `trap "" TERM INT; ${RUN_FOREVER}`;

/** Starts a leashed program and waits for the process id that it prints. */
async function start(path: string, options: { graceSeconds?: number } = {}) {
  const pid = Promise.withResolvers<number>();
  const run = leash(path, {
    args: [],
    ...options,
    onLine: (line) => pid.resolve(Number(line.slice("pid ".length))),
  });
  return { run, pid: await pid.promise };
}

Deno.test("a leashed program ends when its leash is disposed of", async () => {
  await using script = await program(RUN_FOREVER);
  const { run, pid } = await start(script.path);
  ok(await isAlive(pid));
  await run[Symbol.asyncDispose]();
  ok(!await isAlive(pid));
});

Deno.test("a leashed program that ignores signals is killed after its grace", async () => {
  await using script = await program(IGNORE_SIGNALS);
  const { run, pid } = await start(script.path, { graceSeconds: 1 });
  await run[Symbol.asyncDispose]();
  ok(!await isAlive(pid));
});

Deno.test("a leashed program ends when the process that holds the leash is killed", async () => {
  await using script = await program(RUN_FOREVER);
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { leash } from ${JSON.stringify(import.meta.resolve("./leash.ts"))};
       leash(${JSON.stringify(script.path)}, { args: [], onLine: (l) => console.log(l) });`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number(/pid (\d+)/.exec((await lines.read()).value ?? "")?.[1]);
  ok(await isAlive(pid));
  holder.kill("SIGKILL");
  await holder.status;
  await until(async () => !await isAlive(pid), { what: "the program's end" });
  await lines.cancel();
});

Deno.test("Ctrl-C in the terminal of the process that holds the leash leaves the program alone", async () => {
  const ticks = 'trap "echo asked" INT TERM; while :; do echo tick; sleep 0.02; done';
  await using script = await program(ticks);
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { leash } from ${JSON.stringify(import.meta.resolve("./leash.ts"))};
       Deno.addSignalListener("SIGINT", () => console.log("interrupted"));
       leash(${JSON.stringify(script.path)}, { args: [], onLine: (l) => console.log(l) });`,
    ],
    stdout: "piped",
    stderr: "null",
    // What a terminal interrupts is a process group.
    detached: true,
  }).spawn();
  let printed = "", interrupted = false;
  for await (const text of holder.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (!interrupted && printed.includes("tick")) {
      interrupted = true;
      Deno.kill(-holder.pid, "SIGINT");
    }
    const after = printed.split("interrupted")[1] ?? "";
    if (after.split("tick").length > 10) break;
  }
  ok(!printed.includes("asked"), printed);
  holder.kill("SIGKILL");
  await holder.status;
});

Deno.test("exited tells the exit code of a program that ends by itself", async () => {
  await using script = await program("echo out; echo err >&2; exit 7");
  await using run = leash(script.path, { args: [] });
  strictEqual(await run.exited, 7);
  strictEqual(run.lastLines().split("\n").toSorted().join(), "err,out");
});

Deno.test("a leashed program sees no variable of the hub but PATH", async () => {
  await using script = await program("env");
  Deno.env.set("HUB_TEST_CANARY", "secret");
  const printed = await runLeashed(script.path, { args: [], env: { GIVEN: "yes" } });
  Deno.env.delete("HUB_TEST_CANARY");
  match(printed, /GIVEN=yes/);
  ok(!printed.includes("HUB_TEST_CANARY"));
});

Deno.test("the leash refuses to run any program but the servers", async () => {
  await rejects(runLeashed("/bin/sh", { args: ["-c", "true"] }), /will not run sh/);
});

Deno.test("runLeashed() quotes the last words of a program that fails", async () => {
  await using script = await program('echo "no such place"; exit 2');
  await rejects(runLeashed(script.path, { args: [] }), /code 2: no such place/);
});

Deno.test("endStale() ends the server that an earlier hub left behind", async () => {
  await using script = await program(RUN_FOREVER);
  // Started without a leash: what is left when hub and leash were both killed.
  const orphan = new Deno.Command(script.path, { stdin: "null", stdout: "null" }).spawn();
  const pidFile = join(script.dir, "pid");
  await Deno.writeTextFile(pidFile, `${orphan.pid}\nmore\n`);
  await endStale({ pidFile, program: "nats-server", mark: script.dir });
  const { signal } = await orphan.status;
  strictEqual(signal, "SIGTERM");
});

Deno.test("endStale() leaves a stranger alone that has the same process id", async () => {
  await using script = await program(RUN_FOREVER);
  await using stranger = leash(script.path, { args: [] });
  const pidFile = join(script.dir, "pid");
  await Deno.writeTextFile(pidFile, String(Deno.pid));
  await endStale({ pidFile, program: "nats-server", mark: script.dir });
  ok(await isAlive(Deno.pid));
  await stranger[Symbol.asyncDispose]();
});

for (const content of ["", "nonsense", "-1", "1", "99999999"]) {
  Deno.test(`endStale() is content with a pid file that holds ${JSON.stringify(content)}`, async () => {
    const pidFile = await Deno.makeTempFile();
    await Deno.writeTextFile(pidFile, content);
    await endStale({ pidFile, program: "nats-server", mark: "/no/such/mark" });
    await Deno.remove(pidFile);
  });
}

Deno.test("endStale() is content without a pid file", async () => {
  await endStale({ pidFile: "/no/such/file", program: "nats-server", mark: "/no/such/mark" });
});

Deno.test("a signal to the leash itself ends the program, too, however early it comes", async () => {
  await using script = await program(RUN_FOREVER);
  for (let i = 0; i < 20; i++) {
    const leash = new Deno.Command(new URL("leash.sh", import.meta.url), {
      args: [script.path],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = leash.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const pid = Number(/pid (\d+)/.exec((await lines.read()).value ?? "")?.[1]);
    leash.kill("SIGTERM");
    await leash.status;
    ok(!await isAlive(pid));
    await lines.cancel();
    await leash.stdin.close();
  }
});

Deno.test("a leash on a group ends the program's own children, too", async () => {
  await using script = await program("sh -c 'echo \"pid $$\"; sleep 600'; true", "fetch_deb.sh");
  const pid = Promise.withResolvers<number>();
  const run = leash(script.path, {
    args: [],
    group: true,
    onLine: (line) => pid.resolve(Number(line.slice("pid ".length))),
  });
  const grandchild = await pid.promise;
  await run[Symbol.asyncDispose]();
  await until(async () => !await isAlive(grandchild), { what: "the grandchild's end" });
});
