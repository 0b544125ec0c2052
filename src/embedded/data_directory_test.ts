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

Deno.test("others may pass through the data directory, but not look around in it", async () => {
  await using dir = await scratch();
  await using data = await openDataDirectory(join(dir.path, "new"));
  strictEqual(((await Deno.stat(data.path)).mode ?? 0) & 0o777, 0o711);
});

Deno.test("openDataDirectory() clears away a cluster that an earlier hub did not finish", async () => {
  await using dir = await scratch();
  const path = join(dir.path, "data");
  await Deno.mkdir(join(path, "postgres.new-old", "base"), { recursive: true });
  await Deno.writeTextFile(join(path, "postgres.new-old.password"), "secret");
  await using _data = await openDataDirectory(path);
  const left = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  deepStrictEqual(left.filter((name) => name.startsWith("postgres")), []);
});

Deno.test("a second hub is told who uses the data directory", async () => {
  await using dir = await scratch();
  await using data = await openDataDirectory(dir.path);
  await announce(data, { pid: 4711, url: "http://127.0.0.1:4200" });
  await rejects(openDataDirectory(dir.path), /process id 4711 at http:\/\/127\.0\.0\.1:4200/);
});

Deno.test("a running hub notes where its NATS is and what it hosts, for commands that look for it", async () => {
  await using dir = await scratch();
  await using data = await openDataDirectory(dir.path);
  const hub = {
    pid: 4711,
    url: "http://127.0.0.1:4200",
    natsUrl: "nats://127.0.0.1:1",
    kinds: ["a"],
  };
  await announce(data, hub);
  deepStrictEqual(await runningHub(dir.path), hub);
  strictEqual(((await Deno.stat(join(data.run, "hub.json"))).mode ?? 0) & 0o777, 0o600);
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

for (const damaged of ["", "0123", "x".repeat(64)]) {
  Deno.test(`storedSecret() refuses the damaged secret ${JSON.stringify(damaged)}`, async () => {
    await using dir = await scratch();
    await Deno.writeTextFile(join(dir.path, "nats"), damaged);
    await rejects(storedSecret(dir.path, "nats"), /it is damaged/);
  });
}

Deno.test("nobody but the owner can open the lock", async () => {
  await using dir = await scratch();
  await using _data = await openDataDirectory(dir.path);
  strictEqual(((await Deno.stat(join(dir.path, "lock"))).mode ?? 0) & 0o077, 0);
});

Deno.test("a hub that stopped, or was killed, leaves no note of where it ran", async () => {
  await using dir = await scratch();
  const data = await openDataDirectory(dir.path);
  await announce(data, { pid: 4711, url: "http://127.0.0.1:4200" });
  await data[Symbol.asyncDispose]();
  await rejects(Deno.stat(join(data.run, "hub.json")), Deno.errors.NotFound);
  await Deno.writeTextFile(join(data.run, "hub.json"), "half a no");
  await using _again = await openDataDirectory(dir.path);
  await rejects(Deno.stat(join(data.run, "hub.json")), Deno.errors.NotFound);
});

Deno.test("what a killed hub left half fetched is cleared away, once nobody can be at it", async () => {
  await using dir = await scratch();
  const fresh = join(dir.path, "cache", "deb-fresh"), old = join(dir.path, "cache", "deb-old");
  await Deno.mkdir(fresh, { recursive: true });
  await Deno.mkdir(old);
  await Deno.utime(old, 0, 0);
  await using _data = await openDataDirectory(dir.path);
  await rejects(Deno.stat(old), Deno.errors.NotFound);
  await Deno.stat(fresh);
});

Deno.test("what is gone before it can be looked at is nothing to clear away", async () => {
  await using dir = await scratch();
  const cache = join(dir.path, "cache");
  await Deno.mkdir(cache, { recursive: true });
  const stop = new AbortController();
  // Another hub fetches, into the same cache, and is done with it again and again.
  const fetching = (async () => {
    while (!stop.signal.aborted) {
      const parts = Array.from({ length: 20 }, () => join(cache, `deb-${crypto.randomUUID()}`));
      await Promise.all(parts.map((part) => Deno.mkdir(part)));
      await Promise.all(parts.map((part) => Deno.remove(part)));
    }
  })();
  try {
    for (let opened = 0; opened < 50; opened++) {
      await (await openDataDirectory(dir.path))[Symbol.asyncDispose]();
    }
  } finally {
    stop.abort();
    await fetching;
  }
});

Deno.test("openDataDirectory() is not put off by somebody who only looks", async () => {
  await using dir = await scratch();
  await (await openDataDirectory(dir.path))[Symbol.asyncDispose]();
  const looking = (async () => {
    for (let i = 0; i < 20; i++) await runningHub(dir.path);
  })();
  await using _data = await openDataDirectory(dir.path);
  await looking;
});
