/**
 * Runs tests of packages under Node: `deno run -A tools/npm/test_in_node.ts [package...]`.
 *
 * Files that end in `_deno_test.ts` need Deno and are left out.
 *
 * @module
 */
import { stop } from "esbuild";
import process from "node:process";
import { testInNode } from "./node_tests.ts";
import { isPackageFolder, isPlaceholder, PACKAGE_FOLDERS, readPackage } from "./packages.ts";

const names = process.argv.slice(2);
const unknown = names.filter((name) => !isPackageFolder(name));
if (unknown.length > 0) {
  throw new TypeError(`Cannot test ${unknown.join(", ")}: choose of ${PACKAGE_FOLDERS.join(", ")}`);
}
const folders = names.length === 0 ? PACKAGE_FOLDERS : names.filter(isPackageFolder);
for (const source of folders.map(readPackage)) {
  if (isPlaceholder(source) && names.length === 0) continue;
  if (!await testInNode(source)) process.exitCode = 1;
}
await stop();
