import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testEnvironment } from "./harness/environment.ts";
import { hubCommand, runHub } from "./harness/hub.ts";
import { isAlive, killNow, processesWith } from "./harness/process.ts";
import { until } from "./harness/until.ts";

/** `hub dev` with all that it prints. */
function startDev(dataDir: string, env: Record<string, string> = {}) {
  const child = hubCommand({
    args: ["dev", "--http-port", "0"],
    env: { HUB_DATA_DIR: dataDir, HUB_NATS_SERVER: testEnvironment().natsServer, ...env },
  }).spawn();
  let printed = "";
  const read = async (bytes: ReadableStream<Uint8Array>) => {
    for await (const text of bytes.pipeThrough(new TextDecoderStream())) printed += text;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const exited = Promise.all([child.status, reading]).then(([status]) => status);
  return {
    exited,
    starts: () => [...printed.matchAll(/is ready at (http:\S+)/g)].map(([, url]) => url ?? ""),
    kill: (signal: Deno.Signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      killNow(child);
      await exited;
    },
  };
}

Deno.test("hub dev starts the node again when a file changes, on servers that keep running", async () => {
  const dir = await Deno.makeTempDir();
  // A file that nobody else watches: one of the project would start other people's nodes again.
  const source = await Deno.makeTempDir();
  const module = join(source, "kinds.ts");
  const kinds = import.meta.resolve("./_actor_kinds.ts");
  await Deno.writeTextFile(module, `export { default } from "${kinds}";\n`);
  await using dev = startDev(dir, { HUB_KINDS: module });
  await until(() => dev.starts().length === 1, { what: "the first start" });
  const nats = Number(await Deno.readTextFile(join(dir, "run", "nats.pid")));
  const now = new Date();
  await Deno.utime(module, now, now);
  await until(() => dev.starts().length === 2, { what: "the second start" });
  ok(await isAlive(nats), "nats-server was left alone");
  const url = dev.starts().at(-1);
  strictEqual((await (await fetch(`${url}/readyz`)).json()).status, "ready");
  dev.kill("SIGTERM");
  strictEqual((await dev.exited).code, 0);
  strictEqual((await processesWith(dir)).length, 0);
  for (const one of [dir, source]) await Deno.remove(one, { recursive: true });
});

Deno.test("kill -9 of hub dev leaves neither node nor servers running", async () => {
  const dir = await Deno.makeTempDir();
  await using dev = startDev(dir);
  await until(() => dev.starts().length === 1, { what: "the start" });
  const url = dev.starts()[0];
  dev.kill("SIGKILL");
  await dev.exited;
  await until(async () => (await processesWith(dir)).length === 0, { what: "the servers' end" });
  await until(() => fetch(`${url}/healthz`).then(() => false, () => true), {
    what: "the node's end",
  });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("hub dev asks for its own task when it lacks permissions", async () => {
  const permissions = ["--no-prompt", "--allow-env", "--allow-read"];
  const { code, stderr } = await runHub({ args: ["dev"], permissions });
  strictEqual(code, 1);
  match(stderr, /deno task dev/);
});
