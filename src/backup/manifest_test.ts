import { deepStrictEqual, rejects } from "node:assert/strict";
import { type Manifest, readManifest, writeManifest } from "./manifest.ts";

const MANIFEST: Manifest = {
  ...{ format: 1, version: "1.0.0", realm: "r", takenAt: "2026-01-02T03:04:05Z", atRest: true },
  ...{ migrations: 1, tables: ["projects"], streams: [], files: {} },
};

async function testFolder() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("a manifest that could not be read again is not written", async () => {
  await using folder = await testFolder();
  for (const wrong of [{ tables: ["Theirs 1"] }, { migrations: 0 }]) {
    await rejects(writeManifest(folder.path, { ...MANIFEST, ...wrong }), /Cannot make a backup/);
  }
  await rejects(readManifest(folder.path), /There is no whole backup/);
  await writeManifest(folder.path, MANIFEST);
  deepStrictEqual(await readManifest(folder.path), MANIFEST);
});
