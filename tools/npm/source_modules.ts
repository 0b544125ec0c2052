import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const TEST_FILE = /_(test|bench)\.tsx?$/;
const TEST_IMPORT = /from "(fast-check|node:assert[^"]*|node:test)"/;

/**
 * Source files of a package that users may reach by path: all but tests, what tests share, and
 * private files (`_…`), which come along when one of these needs them.
 */
export function publicModules(dir: string): string[] {
  return typeScriptFiles(join(dir, "src")).filter((file) =>
    !TEST_FILE.test(file) && !basename(file).startsWith("_") &&
    !TEST_IMPORT.test(readFileSync(file, "utf8").replace(/^\s*\*.*$/gm, ""))
  );
}

/** Test files of a package that do without Deno's own functions. */
export function portableTests(dir: string): string[] {
  return typeScriptFiles(dir).filter((file) =>
    /_test\.tsx?$/.test(file) && !/_deno_test\.tsx?$/.test(file)
  );
}

function typeScriptFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes("node_modules"))
    .map((file) => join(dir, file))
    .sort();
}
