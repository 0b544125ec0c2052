import { deepStrictEqual, throws } from "node:assert/strict";
import { pageOfNames } from "./page_of_names.ts";

const self = (name: string) => name;

function pages(names: readonly string[], limit: number): string[][] {
  const read = (after?: string): string[][] => {
    const { items, next } = pageOfNames(names, { limit, after }, self);
    return [items, ...next === undefined ? [] : read(next)];
  };
  return read();
}

Deno.test("pageOfNames() gives what there is by name, page by page, in whatever order it lies", () => {
  const names = ["d", "a", "e", "c", "b"];
  deepStrictEqual(pages(names, 2), [["a", "b"], ["c", "d"], ["e"]]);
  deepStrictEqual(pages(names, 5), [["a", "b", "c", "d", "e"]]);
  deepStrictEqual(pages([], 5), [[]]);
});

Deno.test("pageOfNames() skips and repeats nothing when something comes and goes between pages", () => {
  const { next = "" } = pageOfNames(["a", "b", "c", "d"], { limit: 2 }, self);
  const { items } = pageOfNames(["aa", "d", "c", "e"], { limit: 2, after: next }, self);
  deepStrictEqual(items, ["c", "d"]);
});

Deno.test("pageOfNames() refuses a cursor that it has not made", () => {
  throws(() => pageOfNames(["a"], { limit: 1, after: "nonsense" }, self), {
    code: "VALIDATION_ERROR",
  });
});
