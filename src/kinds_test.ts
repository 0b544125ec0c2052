import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromFileUrl } from "../tests/harness/paths.ts";
import { kindModulePath, loadKinds } from "./kinds.ts";

const RUNTIME = pathToFileURL(fromFileUrl("../../actors/runtime/mod.ts")).href;

/** A module that declares kinds of those names. */
function declaring(...names: string[]): string {
  const kinds = names.map((name) =>
    `defineActor({ kind: "${name}", version: 1, machine: createMachine({}), events: Type.Any() })`
  );
  return `import { createMachine } from "xstate";
import { Type } from "@sinclair/typebox";
import { defineActor } from "${RUNTIME}";
export default ${names.length === 1 ? kinds[0] : `[${kinds.join(", ")}]`};`;
}

/** A directory with those modules in it. */
async function modules(files: Readonly<Record<string, string>>) {
  const cwd = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(cwd, name), text);
  return { cwd, [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }) };
}

Deno.test("a module may declare one kind or several, and is named by path or file URL", async () => {
  await using dir = await modules({ "a.ts": declaring("a"), "bc.ts": declaring("b", "c") });
  const { cwd } = dir;
  const kinds = await loadKinds(["./a.ts", pathToFileURL(join(cwd, "bc.ts")).href], { cwd });
  deepStrictEqual(kinds.map(({ kind }) => kind), ["a", "b", "c"]);
});

const bad: readonly [string, Readonly<Record<string, string>>, string[], RegExp][] = [
  [
    "a file that is not there",
    {},
    ["./no.ts"],
    /^Error: Cannot load \.\/no\.ts: there is no file \//,
  ],
  ["a directory", {}, ["."], /there is no file/],
  ["a module without a default export", { "a.ts": "export const a = 1;" }, ["a.ts"], /no default/],
  [
    "a machine in place of a kind",
    {
      "a.ts": `import { createMachine } from "xstate";\nexport default createMachine({});`,
    },
    ["a.ts"],
    /is something else\. Expected "export default defineActor/,
  ],
  ["an empty list", { "a.ts": "export default [];" }, ["a.ts"], /its default export is empty/],
  ["a module that cannot be read as one", { "a.ts": "export default {" }, ["a.ts"], /a\.ts: /],
  ["a module that throws", { "a.ts": `throw new Error("not today");` }, ["a.ts"], /not today/],
  ["two kinds of one name in two modules", { "a.ts": declaring("a"), "b.ts": declaring("a") }, [
    "a.ts",
    "b.ts",
  ], /Cannot load b\.ts: a\.ts declares the kind "a" already/],
  ["two kinds of one name in one module", { "a.ts": declaring("a", "a") }, ["a.ts"], /it declares/],
  ["a name of the hub's own", { "a.ts": declaring("session") }, ["a.ts"], /kept for the hub's own/],
];
for (const [what, files, named, message] of bad) {
  Deno.test(`loadKinds() refuses ${what}`, async () => {
    await using dir = await modules(files);
    await rejects(loadKinds(named, { cwd: dir.cwd }), message);
  });
}

for (const module of ["https://example.com/a.ts", "npm:left-pad", "data:text/javascript,1"]) {
  Deno.test(`a kind cannot come from ${module}`, () => {
    throws(() => kindModulePath(module, "/"), /kinds come from local files/);
  });
}
