import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "../error/index.ts";
import { parseTaskDirectory, parseTaskFile } from "./file-io.ts";
import { type ScanOptions, scanTaskDirectory } from "./scan.ts";

function taskText(id: string, more = ""): string {
  return `---\nid: ${id}\nname: ${id}\ndepends_on: []\n${more}---\nBody of ${id}\n`;
}

async function withFiles(
  files: Record<string, string | Uint8Array>,
  use: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "tasks-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(dir, path, ".."), { recursive: true });
      await writeFile(join(dir, path), content);
    }
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

const MIXED = {
  "b.md": taskText("b"),
  "a.md": taskText("a", "team: web\n"),
  "sub/c.MD": taskText("c"),
  "sub/deep/d.md": taskText("d"),
  "notes.txt": taskText("no"),
  ".md": taskText("hidden"),
  "plain.md": "# No task\n",
  "broken.md": "---\nid: x\nname: [\n---\n",
  "sub/wrong.md": "---\nid: x\nname: x\ndependsOn: []\nrisk: wild\n---\n",
  "sub/again.md": taskText("a"),
  "huge.md": taskText("huge") + "x".repeat(2000),
  "latin.md": new Uint8Array([...new TextEncoder().encode(taskText("latin")), 0xe9]),
};

Deno.test("scanTaskDirectory() reads what it can and reports the rest, by path and line", async () => {
  await withFiles(MIXED, async (dir) => {
    await symlink(join(dir, "a.md"), join(dir, "link.md"));
    await symlink(dir, join(dir, "sub", "loop"));
    const { documents, errors } = await scanTaskDirectory(dir, { maxFileBytes: 1500 });
    deepStrictEqual(
      documents.map(({ path, task }) => [path, task.id]),
      [["a.md", "a"], ["b.md", "b"], ["sub/c.MD", "c"], ["sub/deep/d.md", "d"]],
    );
    strictEqual(documents[0]?.text, MIXED["a.md"]);
    deepStrictEqual({ ...documents[0]?.extra }, { team: "web" });
    deepStrictEqual(errors.map(({ path, line, field }) => [path, line, field]), [
      ["broken.md", 3, undefined],
      ["huge.md", undefined, undefined],
      ["latin.md", undefined, undefined],
      ["plain.md", 1, undefined],
      ["sub/again.md", 2, "id"],
      ["sub/wrong.md", 5, "risk"],
    ]);
    const messages = errors.map(({ message }) => message);
    ok(messages[0]?.startsWith("YAML parse error: "));
    deepStrictEqual(messages.slice(1), [
      "File is larger than 1500 bytes",
      "File is not UTF-8",
      "No valid frontmatter found",
      'Duplicate id "a" in sub/again.md: a.md has it',
      "Expected union value",
    ]);
  });
});

Deno.test("scanTaskDirectory() stays in the directory if told so", async () => {
  await withFiles(MIXED, async (dir) => {
    const { documents } = await scanTaskDirectory(dir, { recursive: false });
    deepStrictEqual(documents.map(({ path }) => path), ["a.md", "b.md", "huge.md"]);
  });
});

Deno.test("scanTaskDirectory() rejects only for the directory itself", async () => {
  await withFiles({ "file.md": taskText("a") }, async (dir) => {
    await rejects(scanTaskDirectory(join(dir, "nowhere")), { code: "ENOENT" });
    await rejects(scanTaskDirectory(join(dir, "file.md")), { code: "ENOTDIR" });
    deepStrictEqual((await scanTaskDirectory(dir)).errors, []);
  });
});

Deno.test("scanTaskDirectory() ends with the reason of its signal", async () => {
  await withFiles({ "a.md": taskText("a") }, async (dir) => {
    const reason = new Error("enough");
    await rejects(scanTaskDirectory(dir, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const scan = scanTaskDirectory(dir, { signal: controller.signal });
    controller.abort(reason);
    await rejects(scan, reason);
  });
});

for (const options of [{ concurrency: 0 }, { maxFileBytes: -1 }, { concurrency: NaN }]) {
  Deno.test(`scanTaskDirectory() refuses the limits ${JSON.stringify(options)}`, async () => {
    await rejects(scanTaskDirectory(".", options satisfies ScanOptions), RangeError);
  });
}

Deno.test("scanTaskDirectory() reads 5 000 files of 2 KiB", async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 5000; i++) {
    files[`${i % 50}/t${i}.md`] = taskText(`t${i}`, `tags: [a, b]\n`) + "x".repeat(1950);
  }
  files["0/bad.md"] = "---\nid: [\n---\n";
  await withFiles(files, async (dir) => {
    const start = performance.now();
    const { documents, errors } = await scanTaskDirectory(dir);
    const elapsedMs = performance.now() - start;
    deepStrictEqual([documents.length, errors.map(({ path }) => path)], [5000, ["0/bad.md"]]);
    // Far above what it takes, so that only a change of kind shows; the benchmark measures.
    ok(elapsedMs < 120_000, `${elapsedMs} ms`);
  });
});

Deno.test("parseTaskFile() reads a task, names the file in errors, and passes system errors on", async () => {
  await withFiles(MIXED, async (dir) => {
    deepStrictEqual(await parseTaskFile(join(dir, "a.md")), { id: "a", name: "a", dependsOn: [] });
    await rejects(parseTaskFile(join(dir, "broken.md")), (error) => {
      ok(error instanceof InvalidInputError);
      deepStrictEqual([error.path, error.line], [join(dir, "broken.md"), 3]);
      return true;
    });
    await rejects(parseTaskFile(join(dir, "nowhere.md")), { code: "ENOENT" });
  });
});

Deno.test("parseTaskDirectory() leaves out what is no task file, and nothing else", async () => {
  await withFiles(MIXED, async (dir) => {
    await symlink(join(dir, "nowhere"), join(dir, "dangling.md"));
    const ids = (await parseTaskDirectory(dir)).map(({ id }) => id);
    deepStrictEqual(ids.sort(), ["a", "a", "b", "c", "d", "huge", "latin"]);
    await rejects(parseTaskDirectory(join(dir, "nowhere")), { code: "ENOENT" });
  });
  await withFiles({ "notes.txt": "" }, async (dir) => {
    deepStrictEqual(await parseTaskDirectory(dir), []);
  });
});
