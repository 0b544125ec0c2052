/**
 * Builds npm packages: `deno run -A tools/npm/build.ts [package...] [--out dist/npm]`.
 *
 * @module
 */
import { stop } from "esbuild";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { buildPackage } from "./build_package.ts";
import { isPackageFolder, isPlaceholder, PACKAGE_FOLDERS, readPackage, ROOT } from "./packages.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string", default: join(ROOT, "dist", "npm") } },
});
const unknown = positionals.filter((name) => !isPackageFolder(name));
if (unknown.length > 0) {
  throw new TypeError(
    `Cannot build ${unknown.join(", ")}: choose of ${PACKAGE_FOLDERS.join(", ")}`,
  );
}
const folders = positionals.length === 0 ? PACKAGE_FOLDERS : positionals.filter(isPackageFolder);
for (const source of folders.map(readPackage)) {
  const result = isPlaceholder(source)
    ? "nothing in it yet"
    : await buildPackage(source, values.out);
  process.stdout.write(`${source.name} ${source.version}: ${result}\n`);
}
await stop();
