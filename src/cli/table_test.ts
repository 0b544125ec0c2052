import { deepStrictEqual } from "node:assert/strict";
import { tableLines } from "./table.ts";

const COLUMNS = [{ name: "name" }, { name: "type" }, { name: "what" }];

Deno.test("a table has columns as wide as what stands in them", () => {
  const rows = [["a", "query", "one"], ["abc", "x", ""]];
  deepStrictEqual(tableLines(COLUMNS, rows, { names: true }), [
    "name  type   what",
    "a     query  one",
    "abc   x",
  ]);
  deepStrictEqual(tableLines(COLUMNS, rows, { names: false })[0], "a    query  one");
});

Deno.test("a table without rows is nothing, not even names", () => {
  deepStrictEqual(tableLines(COLUMNS, [], { names: true }), []);
});

Deno.test("a line that is too long for the terminal is cut, and says so", () => {
  const rows = [["ab", "cd", "äöü long"]];
  const at = (width: number) => tableLines(COLUMNS, rows, { names: false, width })[0];
  deepStrictEqual([16, 12, 6].map(at), ["ab  cd  äöü long", "ab  cd  äöü…", "ab  cd"]);
});

Deno.test("what stands in a table cannot rule the terminal", () => {
  deepStrictEqual(
    tableLines([{ name: "a" }], [["\x1b[2J\nb\u202e"]], { names: false }),
    ["\\u001b[2J\\u000ab\\u202e"],
  );
});
