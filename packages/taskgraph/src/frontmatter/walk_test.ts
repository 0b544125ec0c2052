import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WalkOptions, walkTaskFiles } from "./walk.ts";

/** Walks two directories, of which the second is gone when the walk comes to it. */
async function walkWhileOneGoes(
  options: WalkOptions,
  use: (walk: AsyncGenerator, gone: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "tasks-"));
  try {
    for (const name of ["one", "two"]) {
      await mkdir(join(dir, name));
      await writeFile(join(dir, name, "task.md"), "");
    }
    const walk = walkTaskFiles(dir, options);
    const { value } = await walk.next();
    ok(value !== undefined && !("error" in value));
    const gone = value.path === "one/task.md" ? "two" : "one";
    await rm(join(dir, gone), { recursive: true });
    await use(walk, gone);
  } finally {
    await rm(dir, { recursive: true });
  }
}

Deno.test("walkTaskFiles() reports a directory that it cannot read, and goes on", async () => {
  await walkWhileOneGoes({ reportUnreadable: true }, async (walk, gone) => {
    const { value } = await walk.next();
    strictEqual(value.path, gone);
    strictEqual(value.error.code, "ENOENT");
    deepStrictEqual(await walk.next(), { done: true, value: undefined });
  });
});

Deno.test("walkTaskFiles() throws for a directory that it cannot read, unless told not to", async () => {
  await walkWhileOneGoes({}, async (walk) => {
    await rejects(walk.next(), { code: "ENOENT" });
  });
});
