import { deepStrictEqual } from "node:assert/strict";
import { createToldOnce } from "./told_once.ts";

for (
  const [what, events, news] of [
    ["a beginning and its end are news", ["a", "A"], "aA"],
    ["a beginning after its end is none", ["A", "a"], "A"],
    ["an end is told once", ["a", "A", "A"], "aA"],
    ["a beginning is told once", ["a", "a", "A"], "aA"],
    ["calls do not stand in for each other", ["a", "b", "B", "A"], "abBA"],
    ["what was forgotten is told again, the first of all first", ["A", "B", "C", "B", "A"], "ABCA"],
  ] as const
) {
  Deno.test(`createToldOnce(): ${what}`, () => {
    const isNews = createToldOnce(2);
    const told = events.filter((event) => isNews(event.toLowerCase(), /[A-Z]/.test(event)));
    deepStrictEqual(told.join(""), news);
  });
}
