/**
 * The run of the tests itself, ended from outside.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fromFileUrl } from "./harness/paths.ts";
import { processesWith } from "./harness/process.ts";
import { until } from "./harness/until.ts";

/** A test that starts a program and never ends. */
const HANGING = `Deno.test("hangs", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", "while :; do sleep 0.05; done", import.meta.filename],
    stdin: "null",
  }).spawn();
  console.log("started", child.pid);
  await child.status;
});`;

function startRun(file: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", fromFileUrl("../run.ts"), "--no-check", file],
    cwd: fromFileUrl("../../"),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) printed += text;
  })();
  const exited = Promise.all([child.status, reading]).then(([status]) => status);
  return {
    printed: () => printed,
    kill: (signal: Deno.Signal) => child.kill(signal),
    exited,
    dataDir: fromFileUrl(`../../.hub/test-${child.pid}`),
  };
}

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`${signal} ends a run with its servers and all that a test has started, exit code ${code}`, async () => {
    const dir = await Deno.makeTempDir();
    const file = join(dir, "hanging_test.ts");
    await Deno.writeTextFile(file, HANGING);
    const run = startRun(file);
    await until(() => /started \d+/.test(run.printed()), { what: "the test that hangs" });
    ok((await processesWith(run.dataDir)).length >= 2, "the servers run");
    run.kill(signal);
    strictEqual((await run.exited).code, code);
    deepStrictEqual(await processesWith(run.dataDir), []);
    await until(async () => (await processesWith(dir)).length === 0, {
      what: "the end of what the test has started",
    });
    await rejects(Deno.stat(run.dataDir), Deno.errors.NotFound);
    await Deno.remove(dir, { recursive: true });
  });
}

Deno.test("a run ends with one line that counts, alone on its line, and fails when a test did", async () => {
  const dir = await Deno.makeTempDir();
  const file = join(dir, "mixed_test.ts");
  const tests = `Deno.test("a", () => {}); Deno.test("b", () => { throw new Error("b"); });`;
  await Deno.writeTextFile(file, tests);
  const run = startRun(file);
  strictEqual((await run.exited).code, 1);
  match(run.printed(), /\n1 passed, 1 failed\n$/);
  await Deno.remove(dir, { recursive: true });
});
