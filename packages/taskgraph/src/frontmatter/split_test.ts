import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { splitFrontmatter } from "./parse.ts";

const SPLIT: [rule: string, markdown: string, data: string, content: string][] = [
  ["plain", "---\na: 1\n---\nBody\n", "a: 1", "Body\n"],
  ["no data", "---\n---\nBody", "", "Body"],
  ["one empty line of data", "---\n\n---\n", "", ""],
  ["a mark at the beginning", "\uFEFF---\na\n---\nb", "a", "b"],
  ["spaces and tabs before the opening", " \t---\na\n---\nb", "a", "b"],
  ["anything behind the opening", "--- yaml {\na\n---\nb", "a", "b"],
  ["anything behind the closing", "---\na\n--- end\nb", "a", "b"],
  ["no newline at the end", "---\na\n---", "a", ""],
  ["four dashes are data", "---\n----\n---\nb", "----", "b"],
  ["an indented marker is data", "---\n ---\n---\nb", " ---", "b"],
  ["later markers are content", "---\na\n---\nb\n---\nc\n", "a", "b\n---\nc\n"],
  ["CR stays where it is", "---\r\na\r\nb\r\n---\r\nc\r\n", "a\r\nb\r", "c\r\n"],
];

for (const [rule, markdown, data, content] of SPLIT) {
  Deno.test(`§9.1: ${rule}`, () => {
    deepStrictEqual(splitFrontmatter(markdown), { data, content });
  });
}

const NOT_SPLIT: [rule: string, markdown: string][] = [
  ["nothing", ""],
  ["no opening", "a\n---\nb\n---\n"],
  ["a blank line before the opening", "\n---\na\n---\n"],
  ["four dashes", "----\na\n---\n"],
  ["two dashes", "--\na\n---\n"],
  ["no newline after the opening", "---"],
  ["no closing", "---\na\n"],
  ["a closing with four dashes", "---\na\n----\n"],
  ["two marks", "\uFEFF\uFEFF---\na\n---\n"],
];

for (const [rule, markdown] of NOT_SPLIT) {
  Deno.test(`§9.1: no frontmatter: ${rule}`, () => {
    strictEqual(splitFrontmatter(markdown), null);
  });
}
