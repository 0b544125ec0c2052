import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { TaskInput } from "../schema/task.ts";
import { parseFrontmatter, splitFrontmatter } from "./parse.ts";
import { serializeFrontmatter } from "./serialize.ts";

Deno.test("serializeFrontmatter() leaves undefined out and writes null and [] down", () => {
  // A caller in JavaScript can leave a key undefined.
  const task = { id: "a", name: "A", dependsOn: [], risk: null, due: undefined } as unknown;
  strictEqual(
    serializeFrontmatter(task as TaskInput),
    "---\nid: a\nname: A\ndependsOn: []\nrisk: null\n---\n",
  );
});

Deno.test("serializeFrontmatter() keeps long strings on their line", () => {
  const name = "word ".repeat(60).trim();
  ok(serializeFrontmatter({ id: "a", name, dependsOn: [] }).includes(`name: ${name}\n`));
});

Deno.test("serializeFrontmatter() writes lines as a block where that loses nothing", () => {
  const write = (due: string) => serializeFrontmatter({ id: "a", name: "A", dependsOn: [], due });
  ok(write("one\ntwo\n").includes("due: |\n  one\n  two\n"));
  ok(write("\n\n").includes('due: "\\n\\n"\n'));
});

Deno.test("serializeFrontmatter() writes a list out wherever it is used", () => {
  const list = ["x"];
  const text = serializeFrontmatter({ id: "a", name: "A", dependsOn: list, tags: list });
  ok(!text.includes("*") && !text.includes("&"), text);
});

/** Strings that YAML could take for something else. */
const tricky: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."-:#\n\r\t &*!|>'\"%@`{}[],?~\\/.0ae\uFEFF\u2028\u0085") }),
  fc.constantFrom(
    "---",
    "---\nx",
    "a\n---\nb",
    "...",
    "null",
    "~",
    "yes",
    "0x1",
    "1e3",
    "2026-06-01",
  ),
  fc.constantFrom(
    "__proto__",
    "<<",
    "- a",
    "a: b",
    "a #b",
    " a",
    "a ",
    "\n",
    "\n\n a\n",
    "%x\n---",
  ),
);

const anyTask: fc.Arbitrary<TaskInput> = fc.record({
  id: tricky,
  name: tricky,
  dependsOn: fc.array(tricky, { maxLength: 4 }),
  status: fc.constantFrom("pending", "in-progress", "blocked", null),
  risk: fc.constantFrom("low", "critical", null),
  tags: fc.array(tricky, { maxLength: 3 }),
  assignee: fc.option(tricky),
  due: fc.option(tricky),
}, { requiredKeys: ["id", "name", "dependsOn"], noNullPrototype: true });

Deno.test("what serializeFrontmatter() writes, parseFrontmatter() reads, body and all", () => {
  fc.assert(
    fc.property(anyTask, tricky, (task, body) => {
      const text = serializeFrontmatter(task, body);
      deepStrictEqual(parseFrontmatter(text), task);
      strictEqual(splitFrontmatter(text)?.content, body);
    }),
    { numRuns: 500 },
  );
});
