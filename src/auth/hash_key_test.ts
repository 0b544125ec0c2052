import { match, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { openHashKey } from "./hash_key.ts";

async function directory() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("openHashKey() makes a key once, for its owner alone", async () => {
  await using dir = await directory();
  const options = { configured: undefined, dataDir: join(dir.path, "data") };
  const key = await openHashKey(options);
  match(key, /^[0-9a-f]{64}$/);
  strictEqual(await openHashKey(options), key);
  const { mode } = await Deno.stat(join(dir.path, "data", "secrets", "token-hash-key"));
  strictEqual((mode ?? 0) & 0o777, 0o600);
});

Deno.test("ten nodes that start together on one directory have one key", async () => {
  await using dir = await directory();
  const open = () => openHashKey({ configured: undefined, dataDir: dir.path });
  const keys = await Promise.all(Array.from({ length: 10 }, open));
  strictEqual(new Set(keys).size, 1);
  const left = await Array.fromAsync(Deno.readDir(join(dir.path, "secrets")));
  strictEqual(left.map(({ name }) => name).join(), "token-hash-key");
});

Deno.test("openHashKey() prefers the configured key, and writes nothing then", async () => {
  await using dir = await directory();
  strictEqual(await openHashKey({ configured: "given", dataDir: dir.path }), "given");
  strictEqual((await Array.fromAsync(Deno.readDir(dir.path))).length, 0);
});

Deno.test("openHashKey() refuses a file that others can read, and one that is damaged", async () => {
  await using dir = await directory();
  const options = { configured: undefined, dataDir: dir.path };
  await openHashKey(options);
  const path = join(dir.path, "secrets", "token-hash-key");
  await Deno.chmod(path, 0o640);
  await rejects(openHashKey(options), /others can read it/);
  await Deno.chmod(path, 0o600);
  await Deno.writeTextFile(path, "");
  await rejects(openHashKey(options), /it is damaged/);
});
