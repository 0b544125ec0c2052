import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInBareEngine } from "./bare_engine.ts";
import {
  importEverywhere,
  installPacked,
  linkPeers,
  missingPages,
  missingTools,
  runReadme,
  specifiers,
  typeErrors,
} from "./consumer.ts";
import { isPlaceholder, PACKAGE_FOLDERS, readPackage, ROOT } from "./packages.ts";

const missing = missingTools();
const note = missing === undefined ? "" : ` (ignored: ${missing})`;
const packages = PACKAGE_FOLDERS.map(readPackage).filter((source) => !isPlaceholder(source));

/** Publishes an event, and says what the engine lacks and what was heard. */
const HELLO = `
  const pubsub = library.createPubSub();
  let heard = "";
  pubsub.listen("greeting", "", ({ payload }) => heard += payload);
  pubsub.publish("greeting", "", "hello");
  [typeof setTimeout, typeof EventTarget, heard].join(" ");
`;

/** Runs one of this folder's programs. */
function runTool(file: string, ...args: string[]) {
  const tool = join(ROOT, "tools", "npm", file);
  const { status, stdout, stderr } = spawnSync(Deno.execPath(), ["run", "-A", tool, ...args], {
    encoding: "utf8",
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
  });
  return { passed: status === 0, stdout, stderr };
}

Deno.test({
  name: `the npm packages install together and work for users of Node${note}`,
  ignore: missing !== undefined,
  async fn(t) {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), "npm-packages-")));
    try {
      const built: string[] = [];
      for (const { name, folder } of packages) {
        await t.step(`${name} builds`, () => {
          const { passed, stderr } = runTool("build.ts", folder, "--out", scratch);
          ok(passed, stderr);
          built.push(join(scratch, folder));
        });
      }
      await t.step("the main entry of @alkdev/pubsub needs nothing but the language", () => {
        const main = join(scratch, "pubsub", "dist", "index.cjs");
        strictEqual(runInBareEngine(main, HELLO), "undefined undefined hello");
      });
      await t.step("their tarballs install in one project", () => installPacked(scratch, built));
      for (const source of packages) {
        await t.step(`each entry of ${source.name} imports alike in both module kinds`, () => {
          const names = importEverywhere(scratch, source);
          deepStrictEqual(Object.keys(names), specifiers(source));
          ok((names[source.name] ?? []).length > 0);
        });
        await t.step(`${source.name} brings its pages, and its README's example runs`, () => {
          deepStrictEqual(missingPages(scratch, source), []);
          runReadme(scratch, source);
        });
        await t.step(`the declarations of ${source.name} satisfy a strict compiler`, () => {
          linkPeers(scratch, source);
          deepStrictEqual(typeErrors(scratch, source), []);
        });
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
});

for (const { name, folder } of packages) {
  Deno.test({
    name: `the tests of ${name} pass under Node${note}`,
    ignore: missing !== undefined,
    fn() {
      const { passed, stdout, stderr } = runTool("test_in_node.ts", folder);
      // The reporter names failed tests a second time, at the end.
      ok(passed, stdout.slice(stdout.lastIndexOf("failing tests:")) + stderr);
    },
  });
}
