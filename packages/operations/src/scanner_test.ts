import { deepStrictEqual, match, rejects } from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ScannerFS, scanOperations } from "./scanner.ts";

interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}

const file = (name: string): Entry => ({ name, isFile: true, isDirectory: false });
const folder = (name: string): Entry => ({ name, isFile: false, isDirectory: true });

function fs(entries: Record<string, Entry[]>, cwd = "/nowhere"): ScannerFS {
  return {
    cwd: () => cwd,
    async *readdir(path) {
      const found = entries[path];
      if (found === undefined) throw new Error(`no such directory: ${path}`);
      yield* found;
    },
  };
}

const source = (name: string, more = "") =>
  `export default { name: "${name}", namespace: "n", version: "1", type: "query", description: "",
    inputSchema: {}, outputSchema: {}, accessControl: { requiredScopes: [] }${more} };`;

async function inFolder(files: Record<string, string>, use: (root: string) => Promise<void>) {
  const root = await mkdtemp(join(tmpdir(), "operations scan#"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(root, path, ".."), { recursive: true });
      await writeFile(join(root, path), text);
    }
    await use(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

Deno.test("every default export that is an operation is collected, depth first, as it is", async () => {
  await inFolder({
    "b.mjs": source("b"),
    "deep/a.mjs": source("a", ", handler: () => 1"),
    "none.mjs": "export const x = 1;",
    "odd.mjs": "export default { name: 5 };",
    "broken.mjs": "throw new Error('mine');",
    "notes.md": "text",
    "types.d.ts": "nonsense",
    "with space?.mjs": source("c"),
  }, async (root) => {
    const listing = {
      [root]: [
        file("b.mjs"),
        folder("deep"),
        file("none.mjs"),
        file("odd.mjs"),
        file("broken.mjs"),
        file("notes.md"),
        file("types.d.ts"),
        file("with space?.mjs"),
      ],
      [`${root}/deep`]: [file("a.mjs")],
    };
    const operations = await scanOperations(root, fs(listing));
    deepStrictEqual(operations.map(({ name }) => name), ["b", "a", "c"]);
    deepStrictEqual(operations.map((operation) => "handler" in operation), [false, true, false]);
  });
});

Deno.test("a relative path is looked up from the current directory", async () => {
  await inFolder({ "ops/a.mjs": source("a") }, async (root) => {
    const operations = await scanOperations("ops", fs({ ops: [file("a.mjs")] }, root));
    deepStrictEqual(operations.map(({ name }) => name), ["a"]);
  });
});

Deno.test("a directory that cannot be read fails, once per level", async () => {
  await rejects(scanOperations("/a", fs({ "/a": [folder("b")] })), (error) => {
    match(
      String(error),
      /^Error: Failed to process directory \/a: Failed to process directory \/a\/b: no such directory: \/a\/b$/,
    );
    return true;
  });
});
