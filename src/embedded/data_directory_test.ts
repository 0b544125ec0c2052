import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { announce, openDataDirectory, runningHub } from "./data_directory.ts";
import { storedSecret } from "./stored_secret.ts";

async function scratch() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("openDataDirectory() makes secrets and process notes readable by the owner only", async () => {
  await using dir = await scratch();
  await using data = await openDataDirectory(join(dir.path, "new"));
  for (const place of [data.secrets, data.run, data.nats]) {
    strictEqual(((await Deno.stat(place)).mode ?? 0) & 0o077, 0, place);
  }
});

Deno.test("a second hub is told who uses the data directory", async () => {
  await using dir = await scratch();
  await using data = await openDataDirectory(dir.path);
  await announce(data, { pid: 4711, url: "http://127.0.0.1:4200" });
  await rejects(openDataDirectory(dir.path), /process id 4711 at http:\/\/127\.0\.0\.1:4200/);
});

Deno.test("a data directory is free again once its hub has let go of it", async () => {
  await using dir = await scratch();
  const data = await openDataDirectory(dir.path);
  await announce(data, { pid: 4711, url: "http://127.0.0.1:4200" });
  deepStrictEqual(await runningHub(dir.path), { pid: 4711, url: "http://127.0.0.1:4200" });
  await data[Symbol.asyncDispose]();
  strictEqual(await runningHub(dir.path), undefined);
  await using _again = await openDataDirectory(dir.path);
});

Deno.test("runningHub() finds nobody where there is no data directory", async () => {
  strictEqual(await runningHub("/no/such/directory"), undefined);
});

Deno.test("openDataDirectory() says what is wrong with a path that is a file", async () => {
  const file = await Deno.makeTempFile();
  await rejects(openDataDirectory(file), /^Error: Cannot use .* as the data directory/);
  await Deno.remove(file);
});

Deno.test("storedSecret() makes a secret once, for the owner's eyes only", async () => {
  await using dir = await scratch();
  const first = await storedSecret(dir.path, "nats");
  strictEqual(await storedSecret(dir.path, "nats"), first);
  strictEqual(first.length, 64);
  strictEqual(((await Deno.stat(join(dir.path, "nats"))).mode ?? 0) & 0o077, 0);
});
