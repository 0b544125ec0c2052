import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../error/index.ts";
import { parseTaskDocument } from "./document.ts";
import { parseFrontmatter } from "./parse.ts";
import { updateTaskDocument } from "./update.ts";

const MINIMAL = "id: a\nname: A\n";

function wrap(data: string): string {
  return `---\n${data}\n---\nBody\n`;
}

Deno.test("parseFrontmatter() reads dates and yes as strings, null as null, and drops the rest", () => {
  const task = parseFrontmatter(
    wrap(`${MINIMAL}depends_on: [x]\ndue: 2026-06-01\nassignee: yes\nrisk: null\nteam: web`),
  );
  deepStrictEqual(task, {
    id: "a",
    name: "A",
    dependsOn: ["x"],
    due: "2026-06-01",
    assignee: "yes",
    risk: null,
  });
});

Deno.test("parseFrontmatter() prefers dependsOn where both spellings are there", () => {
  const task = parseFrontmatter(wrap(`${MINIMAL}depends_on: [x]\ndependsOn: [y]`));
  deepStrictEqual(task.dependsOn, ["y"]);
});

Deno.test("parseFrontmatter() reads files with CRLF to the last value", () => {
  const text = '---\r\nid: a\r\nname: A\r\ndependsOn: []\r\nassignee: "me"\r\n---\r\nBody\r\n';
  strictEqual(parseFrontmatter(text).assignee, "me");
  const plain = "---\r\nid: a\r\ndependsOn:\r\n  - x\r\nname: A\r\n---\r\n";
  deepStrictEqual(parseFrontmatter(plain), { id: "a", dependsOn: ["x"], name: "A" });
});

Deno.test("parseFrontmatter() takes the words that objects know for ordinary keys", () => {
  const text = wrap(
    `${MINIMAL}dependsOn: [__proto__]\n__proto__: {polluted: true}\nconstructor: 1\ntoString: 2`,
  );
  const task = parseFrontmatter(text);
  deepStrictEqual(task, { id: "a", name: "A", dependsOn: ["__proto__"] });
  ok(!("polluted" in task) && !("polluted" in {}));
});

const BILLION = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
for (const [before, key] of ["ab", "bc", "cd", "de", "ef"]) {
  BILLION.push(`${key}: &${key} [${Array(10).fill(`*${before}`).join(", ")}]`);
}

const REFUSED: [rule: string, text: string, field: string, message: RegExp, line: number][] = [
  ["no frontmatter", "# Title\n", "", /^No valid frontmatter found$/, 1],
  ["no end", "---\nid: a\n", "", /^No valid frontmatter found$/, 1],
  ["broken YAML", wrap("id: a\nname: [x"), "", /^YAML parse error: ./, 3],
  ["a repeated key", wrap("id: a\nname: A\nid: b"), "", /^YAML parse error: .*unique/, 4],
  ["two documents", wrap("id: a\n...\nid: b"), "", /^YAML parse error: /, 4],
  ["deep nesting", wrap(`id: a\nx: ${"[".repeat(65)}`), "", /^YAML parse error: nesting/, 3],
  ["very deep nesting", wrap("[".repeat(50_000)), "", /^YAML parse error: nesting/, 2],
  ["deep blocks", wrap("- ".repeat(5_000) + "x"), "", /^YAML parse error: nesting/, 2],
  ["a circle", wrap("id: a\nx: &x [*x]"), "", /^YAML parse error: nesting/, 2],
  ["exploding aliases", wrap(BILLION.join("\n")), "", /^YAML parse error: .*alias/i, 2],
  [
    "too many aliases",
    wrap(`id: a\nx: &x 1\ny: [${Array(101).fill("*x").join(", ")}]`),
    "",
    /^YAML parse error: there are more than 100 aliases$/,
    4,
  ],
  ["a repeated key deep inside", wrap("id: a\nx: [{b: 1, c: 2, b: 3}]"), "", /unique/, 3],
  ["an unknown alias", wrap("id: *nobody"), "", /^YAML parse error: /, 2],
  ["a scalar", wrap("hello"), "", /^YAML frontmatter must be a mapping \(object\), not a sc/, 2],
  ["a list", wrap("- a"), "", /not a scalar or array$/, 2],
  ["nothing inside", wrap(""), "", /not a scalar or array$/, 2],
  ["null", wrap("null"), "", /not a scalar or array$/, 2],
  ["no id", wrap("name: A\ndependsOn: []"), "id", /^Expected required property$/, 2],
  ["no dependencies", wrap(MINIMAL), "dependsOn", /^Expected required property$/, 2],
  ["a number for an id", wrap("name: A\ndependsOn: []\nid: 1"), "id", /^Expected string$/, 4],
  ["a word for a list", wrap(`${MINIMAL}depends_on: x`), "dependsOn", /^Expected array$/, 4],
  [
    "a number in a list",
    wrap(`${MINIMAL}dependsOn:\n  - x\n  - 1`),
    "dependsOn/1",
    /^Expected string$/,
    6,
  ],
  [
    "an unknown risk",
    wrap(`${MINIMAL}dependsOn: []\nrisk: wild`),
    "risk",
    /^Expected union value$/,
    5,
  ],
  ["null for tags", wrap(`${MINIMAL}dependsOn: []\ntags: null`), "tags", /^Expected array$/, 5],
];

for (const [rule, text, field, message, line] of REFUSED) {
  Deno.test(`§9.2: parseFrontmatter() refuses ${rule}, and the document tells the line`, () => {
    const check = (position: { line: number; path: string } | undefined) => (error: unknown) => {
      ok(error instanceof InvalidInputError);
      strictEqual(error.field, field);
      ok(message.test(error.message), error.message);
      strictEqual(error.line, line);
      ok((error.column ?? 0) >= 1);
      strictEqual(error.path, position?.path);
      return true;
    };
    throws(() => parseFrontmatter(text), check(undefined));
    throws(() => parseTaskDocument(text, { path: "a.md" }), check({ line, path: "a.md" }));
  });
}

Deno.test("frontmatter of 20 000 keys is read, and a repeated one found, quickly", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: v\n`).join("");
  const start = performance.now();
  strictEqual(parseFrontmatter(wrap(`${keys}${MINIMAL}dependsOn: []`)).id, "a");
  throws(() => parseFrontmatter(wrap(`${keys}${MINIMAL}k0: again`)), /unique/);
  // Far above what it takes, so that only a change of kind shows.
  ok(performance.now() - start < 60_000);
});

Deno.test("nesting up to the limit is read", () => {
  const text = wrap(`${MINIMAL}dependsOn: []\nx: ${"[".repeat(60)}${"]".repeat(60)}`);
  strictEqual(parseFrontmatter(text).id, "a");
});

const YAML_BITS = fc.constantFrom(
  ..."-:#?&*!|>'\"%@`{}[],~ \n\t\r",
  "\n- ",
  "\n  ",
  ": ",
  "&a ",
  "*a",
  "!!str ",
  "!!map",
  "<<: *a",
  "|+\n ",
  "id: a\n",
  "name: b\n",
  "dependsOn: []\n",
  "__proto__: ",
  "...",
  "%YAML 1.1\n",
  "\uFEFF",
  "\u0000",
  "\uD800",
);

Deno.test("whatever the frontmatter, it is a task or an InvalidInputError with its line", () => {
  const start = fc.constantFrom(
    "",
    "id: a\nname: b\ndependsOn: []\n",
    "id: &a a\nname: b\ndependsOn:\n",
  );
  const bits = fc.array(YAML_BITS, { maxLength: 16 }).map((found) => found.join(""));
  const data = fc.tuple(start, bits).map((parts) => parts.join(""));
  fc.assert(
    fc.property(data, (data) => {
      const text = `---\n${data}\n---\nBody`;
      try {
        const document = parseTaskDocument(text);
        strictEqual(updateTaskDocument(document, { risk: "low" }).task.risk, "low");
      } catch (error) {
        ok(error instanceof InvalidInputError, String(error));
        ok(error.line !== undefined || error.message.startsWith("Cannot change"));
      }
    }),
    { numRuns: 2000 },
  );
});
