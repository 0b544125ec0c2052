import { deepStrictEqual, ok } from "node:assert/strict";
import { fromFileUrl } from "../../tests/harness/paths.ts";
import { watchedPaths } from "./watched_paths.ts";

Deno.test("watchedPaths() names the folders of the project that a node is made of", async () => {
  const paths = watchedPaths({ kinds: [] });
  ok(paths.includes(fromFileUrl("../../src")) && paths.includes(fromFileUrl("../../packages")));
  for (const path of paths) ok((await Deno.stat(path)).isDirectory, path);
});

Deno.test("watchedPaths() names the folder of each configured module once", () => {
  const own = watchedPaths({ kinds: [] });
  const paths = watchedPaths({ kinds: ["/srv/kinds/a.ts", "/srv/kinds/b.ts"] });
  deepStrictEqual(paths, [...own, "/srv/kinds"]);
});
