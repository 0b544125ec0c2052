import { rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { findNatsServer } from "./nats_binary.ts";

/** A directory with a program that says it is that version of nats-server. */
async function directoryWith(version: string | undefined) {
  const path = await Deno.makeTempDir();
  if (version !== undefined) {
    const script = `#!/bin/sh\necho "nats-server: v${version}"\n`;
    await Deno.writeTextFile(join(path, "nats-server"), script, { mode: 0o755 });
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Puts a directory in front of PATH for as long as it is not disposed of. */
function onPath(dir: string): Disposable {
  const before = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", `${dir}:${before}`);
  return { [Symbol.dispose]: () => Deno.env.set("PATH", before) };
}

Deno.test("findNatsServer() takes the program on PATH when it is new enough", async () => {
  await using installed = await directoryWith("2.12.0");
  await using cache = await directoryWith("2.15.1");
  using _path = onPath(installed.path);
  const { origin, version } = await findNatsServer({ cache: cache.path });
  strictEqual(`${origin} ${version}`, "path 2.12.0");
});

Deno.test("findNatsServer() passes over a program on PATH that is too old", async () => {
  await using installed = await directoryWith("2.11.9");
  await using cache = await directoryWith("2.15.1");
  using _path = onPath(installed.path);
  const { origin, version } = await findNatsServer({ cache: cache.path });
  strictEqual(`${origin} ${version}`, "cache 2.15.1");
});

Deno.test("findNatsServer() takes the configured program and no other", async () => {
  const { natsServer } = testEnvironment();
  await using cache = await directoryWith("9.9.9");
  const { origin, path } = await findNatsServer({ cache: cache.path, configured: natsServer });
  strictEqual(`${origin} ${path}`, `configured ${natsServer}`);
});

Deno.test("findNatsServer() says what a configured program that is too old would need", async () => {
  await using old = await directoryWith("2.9.1");
  await rejects(
    findNatsServer({ cache: old.path, configured: join(old.path, "nats-server") }),
    /is version 2\.9\.1; 2\.12\.0 or newer is needed/,
  );
});

Deno.test("findNatsServer() says that a configured program is not there", async () => {
  await rejects(
    findNatsServer({ cache: "/no/cache", configured: "/no/such/nats-server" }),
    /Cannot run the configured nats-server \/no\/such\/nats-server/,
  );
});

Deno.test({
  name: "findNatsServer() fetches a program from the machine's Debian archive and keeps it",
  ignore: !await isDebian(),
  async fn() {
    await using cache = await directoryWith(undefined);
    // Hides a nats-server that this machine may have on its PATH.
    await using old = await directoryWith("1.0.0");
    using _path = onPath(old.path);
    const steps: string[] = [];
    const fetched = await findNatsServer({ cache: cache.path, onStep: (s) => steps.push(s) });
    strictEqual(fetched.origin, "debian");
    strictEqual(steps.length, 1);
    const again = await findNatsServer({ cache: cache.path });
    strictEqual(`${again.origin} ${again.version}`, `cache ${fetched.version}`);
    const left = await Array.fromAsync(Deno.readDir(cache.path), ({ name }) => name);
    strictEqual(left.join(), "nats-server");
  },
});

async function isDebian(): Promise<boolean> {
  return await Deno.stat("/usr/bin/apt-get").then(() => true, () => false);
}
