import { stop } from "esbuild";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "./build_package.ts";
import { bundleTests } from "./bundle_tests.ts";
import {
  importEverywhere,
  installPacked,
  linkPeers,
  missingTools,
  specifiers,
  typeErrors,
} from "./consumer.ts";
import { isPlaceholder, PACKAGE_FOLDERS, readPackage } from "./packages.ts";

const missing = missingTools();
const note = missing === undefined ? "" : ` (ignored: ${missing})`;
const packages = PACKAGE_FOLDERS.map(readPackage).filter((source) => !isPlaceholder(source));

Deno.test({
  name: `the npm packages install together and work for users of Node${note}`,
  ignore: missing !== undefined,
  async fn(t) {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), "npm-packages-")));
    try {
      const built: string[] = [];
      for (const source of packages) {
        await t.step(`${source.name} builds`, async () => {
          built.push(await buildPackage(source, join(scratch, "npm")));
        });
      }
      await t.step("their tarballs install in one project", () => installPacked(scratch, built));
      for (const source of packages) {
        await t.step(`each entry of ${source.name} imports alike in both module kinds`, () => {
          const names = importEverywhere(scratch, source);
          deepStrictEqual(Object.keys(names), specifiers(source));
          ok((names[source.name] ?? []).length > 0);
        });
        await t.step(`the declarations of ${source.name} satisfy a strict compiler`, () => {
          linkPeers(scratch, source);
          deepStrictEqual(typeErrors(scratch, source), []);
        });
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
      await stop();
    }
  },
});

for (const source of packages) {
  Deno.test({
    name: `the tests of ${source.name} pass under Node${note}`,
    ignore: missing !== undefined,
    async fn() {
      const bundle = await bundleTests(source);
      await stop();
      ok(bundle !== undefined, "there are no tests that Node can run");
      const args = ["--enable-source-maps", "--test", bundle];
      const { status, stdout } = spawnSync("node", args, { encoding: "utf8" });
      strictEqual(status, 0, stdout);
    },
  });
}
