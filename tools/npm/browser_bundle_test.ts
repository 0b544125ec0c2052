import { build, stop } from "esbuild";
import { deepStrictEqual, ok } from "node:assert/strict";
import { builtinModules } from "node:module";
import { readWorkspacePaths } from "./packages.ts";

Deno.test("a page that is a client of a hub loads nothing of Node", async () => {
  const entry = readWorkspacePaths().get("@alkdev/operations/spoke");
  ok(entry !== undefined);
  const { metafile } = await build({
    entryPoints: [entry],
    ...{ bundle: true, write: false, metafile: true, platform: "browser", format: "esm" },
    ...{ logLevel: "silent", packages: "external", outfile: "page.js" },
  });
  await stop();
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  const atOnce = external.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
  // What is loaded by itself, later, only helps those who convert schemas.
  deepStrictEqual([...new Set(atOnce)].sort(), [
    ...["@logtape/logtape", "@sinclair/typebox"],
    ...["@sinclair/typebox/compiler", "@sinclair/typebox/value"],
  ]);
  const later = external.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path);
  const ofNode = later.filter((path) => path.startsWith("node:") || builtinModules.includes(path));
  deepStrictEqual(ofNode, []);
});
