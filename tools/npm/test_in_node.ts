/**
 * Runs tests of packages under Node: `deno run -A tools/npm/test_in_node.ts [package...]`.
 *
 * Files that end in `_deno_test.ts` need Deno and are left out.
 *
 * @module
 */
import { stop } from "esbuild";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { bundleTests } from "./bundle_tests.ts";
import { isPackageFolder, PACKAGE_FOLDERS, readPackage } from "./packages.ts";

const names = process.argv.slice(2);
const unknown = names.filter((name) => !isPackageFolder(name));
if (unknown.length > 0) {
  throw new TypeError(`Cannot test ${unknown.join(", ")}: choose of ${PACKAGE_FOLDERS.join(", ")}`);
}
const folders = names.length === 0 ? PACKAGE_FOLDERS : names.filter(isPackageFolder);
for (const source of folders.map(readPackage)) {
  const bundle = await bundleTests(source);
  if (bundle === undefined) continue;
  const args = ["--enable-source-maps", "--test", bundle];
  if (spawnSync("node", args, { stdio: "inherit" }).status !== 0) process.exitCode = 1;
}
await stop();
