import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../error/index.ts";
import { parseTaskDocument, serializeTaskDocument } from "./document.ts";
import { parseFrontmatter } from "./parse.ts";
import { type TaskDocumentPatch, updateTaskDocument } from "./update.ts";

const FILE = `---
# what is shipped
id: ship      # the last one
"name": 'Ship it'
status: pending # not yet

depends_on: # all of them
  - build # first
  - test
  # and maybe
team: {lead: "me"}   # unknown here
notes: |
  many
  lines

risk:
tags: [a, b]
---
# Body

---
`;

function updated(text: string, patch: TaskDocumentPatch): string {
  const document = parseTaskDocument(text);
  const result = updateTaskDocument(document, patch);
  strictEqual(document.text, text);
  strictEqual(serializeTaskDocument(result), result.text);
  return result.text;
}

const EDITS: [rule: string, patch: TaskDocumentPatch, before: string, after: string][] = [
  [
    "a scalar beside its comment",
    { status: "completed" },
    "status: pending #",
    "status: completed #",
  ],
  ["a scalar under a quoted key", { name: "Now: #1" }, "'Ship it'", '"Now: #1"'],
  ["an empty value", { risk: "high" }, "risk:\n", "risk: high\n"],
  ["null", { status: null }, "status: pending", "status: null"],
  [
    "an item at the end",
    { dependsOn: ["build", "test", "sign"] },
    "- test\n",
    "- test\n  - sign\n",
  ],
  ["an item in the middle", { dependsOn: ["build", "x"] }, "  - test\n", "  - x\n"],
  ["the last item gone", { dependsOn: ["build"] }, "  - test\n", ""],
  [
    "all items gone",
    { dependsOn: [] },
    "depends_on: # all of them\n  - build # first\n  - test\n",
    "depends_on: [] # all of them\n",
  ],
  ["a list in brackets", { tags: ["a, b", "c"] }, "[a, b]", '["a, b", c]'],
  ["a key gone", { tags: undefined }, "tags: [a, b]\n", ""],
  ["a key and its comment gone", { status: undefined }, "status: pending # not yet\n", ""],
  ["a string of many lines", { name: "a\nb" }, "'Ship it'", '"a\\nb"'],
  ["a new key", { priority: "low" }, "[a, b]\n", "[a, b]\npriority: low\n"],
  ["a new unknown key", { extra: { n: [1, { x: 2 }] } }, "b]\n", "b]\nn:\n  - 1\n  - x: 2\n"],
  ["an unknown key", { extra: { team: "us" } }, '{lead: "me"}', "us"],
  ["an unknown block", { extra: { notes: "short" } }, "|\n  many\n  lines\n", "short\n"],
  [
    "an unknown block gone",
    { extra: { notes: undefined } },
    "notes: |\n  many\n  lines\n",
    "",
  ],
  ["the body", { body: "New" }, "# Body\n\n---\n", "New"],
  ["nothing for an equal value", { status: "pending", tags: ["a", "b"] }, "", ""],
  ["nothing for a missing key", { due: undefined, extra: { x: undefined } }, "", ""],
  ["a key like a closing line", { extra: { "---x": 1 } }, "b]\n", 'b]\n"---x": 1\n'],
  ["a word objects know", { extra: { ["__proto__"]: 1 } }, "b]\n", "b]\n__proto__: 1\n"],
];

for (const [rule, patch, before, after] of EDITS) {
  Deno.test(`updateTaskDocument() changes ${rule}, and no other byte`, () => {
    ok(FILE.includes(before));
    strictEqual(updated(FILE, patch), FILE.replace(before, () => after));
  });
  Deno.test(`updateTaskDocument() changes ${rule} in a file with CRLF`, () => {
    const [crlf, from, to] = [FILE, before, after].map((text) => text.replaceAll("\n", "\r\n"));
    strictEqual(updated(crlf ?? "", patch), crlf?.replace(from ?? "", () => to ?? ""));
  });
}

Deno.test("updateTaskDocument() makes several changes at once", () => {
  const text = updated(FILE, {
    status: "failed",
    tags: undefined,
    due: "2026-06-01",
    dependsOn: ["other"],
    body: "",
  });
  const { task, extra, body } = parseTaskDocument(text);
  deepStrictEqual(task, {
    id: "ship",
    name: "Ship it",
    status: "failed",
    dependsOn: ["other"],
    risk: null,
    due: "2026-06-01",
  });
  deepStrictEqual(Object.keys(extra), ["team", "notes"]);
  strictEqual(body, "");
  ok(text.startsWith("---\n# what is shipped\nid: ship      # the last one\n"));
});

Deno.test("updateTaskDocument() writes inside the braces of a flow mapping", () => {
  const text = "---\n{id: a, name: b, x: 1, tags: [t], dependsOn: []} # all\n---\n";
  strictEqual(
    updated(text, {
      name: "c, d",
      tags: undefined,
      status: "failed",
      dependsOn: ["e"],
      extra: { x: undefined },
    }),
    '---\n{id: a, name: "c, d", dependsOn: [e], status: failed} # all\n---\n',
  );
  strictEqual(
    updated("---\n{id: a, dependsOn: [], name: b, x: 1}\n---", { extra: { x: undefined } }),
    "---\n{id: a, dependsOn: [], name: b}\n---",
  );
});

Deno.test("updateTaskDocument() indents new keys as the file does", () => {
  strictEqual(
    updated("---\n  id: a\n  name: b\n  dependsOn: []\n---\n", { tags: ["x"] }),
    "---\n  id: a\n  name: b\n  dependsOn: []\n  tags:\n    - x\n---\n",
  );
});

Deno.test("updateTaskDocument() ends the closing line before it adds a body", () => {
  const text = "---\nid: a\nname: b\ndependsOn: []\n---";
  strictEqual(updated(text, { body: "Body" }), `${text}\nBody`);
  strictEqual(updated(text, { body: "" }), text);
});

Deno.test("updateTaskDocument() keeps dependsOn spelled as the file spells it", () => {
  const both = "---\nid: a\nname: b\ndepends_on: [x]\ndependsOn: [y]\n---\n";
  strictEqual(updated(both, { dependsOn: ["z"] }), both.replace("[y]", "[z]"));
  strictEqual(
    updated(both, { extra: { depends_on: undefined } }),
    both.replace("depends_on: [x]\n", ""),
  );
});

const REFUSED: [rule: string, data: string, patch: Record<string, unknown>, field: string][] = [
  ["a value the schema refuses", "", { risk: "wild" }, "risk"],
  ["the removal of a required key", "", { id: undefined }, "id"],
  ["an unknown key beside extra", "", { team: "x" }, "team"],
  ["a task's key under extra", "", { extra: { risk: "low" } }, "risk"],
  ["the dependencies under extra", "", { extra: { dependsOn: [] } }, "dependsOn"],
  ["an anchor used elsewhere", "x: &x [t]\ntags: *x", { extra: { x: 1 } }, "x"],
  ["a key without colon", "? x", { extra: { x: 1 } }, "x"],
  ["what YAML cannot hold", "", { extra: { x: new Date(0) } }, "x"],
  ["an addition behind the end of the document", "...", { due: "x" }, "due"],
];

for (const [rule, data, patch, field] of REFUSED) {
  Deno.test(`updateTaskDocument() refuses ${rule}`, () => {
    const document = parseTaskDocument(`---\nid: a\nname: b\ndependsOn: []\n${data}\n---\nBody`);
    throws(() => updateTaskDocument(document, patch), (error) => {
      ok(error instanceof InvalidInputError, String(error));
      strictEqual(error.field, field);
      return true;
    });
  });
}

Deno.test("updateTaskDocument() adds to a list of aliases, and to one beside its colon", () => {
  const aliases = "---\nid: &a a\nname: b\ndependsOn:\n- *a\n- c\n---\n";
  strictEqual(
    updated(aliases, { dependsOn: ["a", "c", "d"] }),
    aliases.replace("- c\n", "- c\n- d\n"),
  );
  const beside = "---\nid: a\nname: b\n? dependsOn\n: - c\n---\n";
  strictEqual(
    updated(beside, { dependsOn: ["c", "d"] }),
    beside.replace("- c\n", "- c\n  - d\n"),
  );
});

Deno.test("updateTaskDocument() says which anchor is in the way", () => {
  const document = parseTaskDocument(
    "---\nid: a\nname: b\ndependsOn: &all [x]\ntags: *all\n---\n",
  );
  throws(() => updateTaskDocument(document, { dependsOn: [] }), {
    field: "dependsOn",
    message: 'Cannot change "dependsOn" in place: &all in it is used elsewhere',
  });
});

Deno.test("updateTaskDocument() replaces an anchored value that nobody refers to", () => {
  const text = "---\nid: a\nname: &n !!str b\ndependsOn: []\n---\n";
  strictEqual(updated(text, { name: "c" }), text.replace("&n !!str b", "c"));
});

const LINES = fc.constantFrom(
  "x: 1",
  "y: |\n  a\n\n  b",
  "z: >-\n  a\n  b",
  "w:\n- a\n- b # c",
  "tags: [p, 'q']",
  'tags:\n    - p\n    # between\n    - "q"',
  "risk: low  # sure",
  "assignee: &me someone",
  "# a comment",
  "",
  "due: 2026-06-01",
  "? k\n: v",
  "'s t': {a: [1, 2], b: }",
);
const anyFile = fc.record({
  lines: fc.uniqueArray(LINES, { maxLength: 7, selector: (line) => line.split(/[:#]/)[0] }),
  opening: fc.constantFrom("---", "\uFEFF---", " ---", "--- # task"),
  closing: fc.constantFrom("---\n", "---", "--- end\nBody\n", "---\n\nBody\n---\nid: no"),
  dependencies: fc.constantFrom("dependsOn: []", "depends_on:\n  - x # why", "depends_on: [x]"),
  crlf: fc.boolean(),
}).map(({ lines, opening, closing, dependencies, crlf }) => {
  const text = [opening, ...lines, "id: i", "name: n # n", dependencies, closing].join("\n");
  return crlf ? text.replaceAll("\n", "\r\n") : text;
});

Deno.test("serializeTaskDocument() gives back the text that was parsed, whatever it is", () => {
  fc.assert(fc.property(anyFile, (text) => {
    const document = parseTaskDocument(text);
    strictEqual(serializeTaskDocument(document), text);
    strictEqual(document.text, text);
    deepStrictEqual(document.task, parseFrontmatter(text));
    strictEqual(Object.getPrototypeOf(document.extra), null);
    ok(text.endsWith(document.body));
  }));
});

const anyPatch = fc.record({
  name: fc.constantFrom("n", "new", "a: b", "x\ny", "---"),
  risk: fc.constantFrom("high", "low", null, undefined),
  tags: fc.constantFrom<(string[] | undefined)[]>(["p"], ["p", "r, s"], [], undefined),
  dependsOn: fc.constantFrom<string[][]>(["x"], ["x", "y"], ["z: 1", "- w"], []),
  assignee: fc.constantFrom("me", undefined),
  body: fc.constantFrom("", "New\n---\n"),
}, { requiredKeys: [] });

Deno.test("updateTaskDocument() gives the patched task and keeps every other key and line", () => {
  fc.assert(
    fc.property(anyFile, anyPatch, (text, patch) => {
      const before = parseTaskDocument(text);
      const after = updateTaskDocument(before, patch);
      const { body, ...fields } = patch;
      const expected: Record<string, unknown> = { ...before.task };
      for (const [key, value] of Object.entries(fields)) {
        if (value === undefined) delete expected[key];
        else expected[key] = value;
      }
      deepStrictEqual(after.task, expected);
      deepStrictEqual(after.extra, before.extra);
      strictEqual(after.body, body ?? before.body);
      deepStrictEqual(parseFrontmatter(after.text), expected);
      const kept = new Set(after.text.split("\n"));
      for (const line of ["x: 1", "z: >-", "- b # c", "# a comment", "? k", "id: i"]) {
        const cr = text.includes("\r") ? "\r" : "";
        if (text.split("\n").includes(line + cr)) ok(kept.has(line + cr), line);
      }
    }),
    { numRuns: 500 },
  );
});
