import { deepStrictEqual, ok, throws } from "node:assert/strict";
import {
  Conditional,
  h,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
  type UElement,
  type UNode,
} from "../component/index.ts";
import { type GraphIssue, TemplateError } from "../graph/errors.ts";
import { compileTemplate } from "./compile_template.ts";
import { op, seq } from "../../testing/elements.ts";

const test = () => true;

type Row = [what: string, template: UNode, category: GraphIssue["category"], message: string];

const throwing = () => {
  throw new Error("no luck");
};
const endless = (): UElement => h(endless, {});
const looped: { type: string; props: object; children: UNode[] } = {
  type: "flow:sequential",
  props: {},
  children: [],
};
looped.children.push(looped as UElement);

const REFUSED: Row[] = [
  ["nothing", null, "empty-template", "template: it holds no operation"],
  ["an empty sequence", seq(), "empty-template", "template: it holds no operation"],
  ["an empty fork alone", h(Parallel, {}), "empty-template", "template: it holds no operation"],
  [
    "an empty body",
    h(MapComponent, { id: "m", over: [] }, seq()),
    "empty-template",
    "m: the body of the map is empty",
  ],
  [
    "text",
    seq(op("a"), "hello"),
    "invalid-props",
    'element 0.1: the text "hello" is not an element',
  ],
  [
    "a function outside a map",
    seq(op("a"), () => op("b")),
    "invalid-props",
    "element 0.1: a function is not an element",
  ],
  ["an unknown type", h("flow:loop", {}), "invalid-props", "element 0: unknown type flow:loop"],
  [
    "a component that throws",
    h(throwing, {}),
    "invalid-props",
    "element 0: throwing threw: no luck",
  ],
  [
    "a component without end",
    h(endless, {}),
    "invalid-props",
    "element 0: is nested deeper than 500",
  ],
  ["an element inside itself", looped as UElement, "cycle", "element 0.0: contains itself"],
  [
    "an operation without name",
    h("flow:operation", {}),
    "invalid-props",
    "operation:0: name must be the id of an operation",
  ],
  [
    "an operation with children",
    h(Operation, { name: "a" }, op("b")),
    "invalid-props",
    "a: an operation takes no children",
  ],
  [
    "an id that is not a name",
    op("a", { id: "" }),
    "invalid-props",
    'a: id must be a name that is not empty and not, as "constructor", in every object',
  ],
  [
    "an id that no record can have",
    op("a", { id: "__proto__" }),
    "invalid-props",
    '__proto__: id must be a name that is not empty and not, as "constructor", in every object',
  ],
  [
    "an id that an item of a map may have",
    h(Sequential, {}, h(MapComponent, { id: "m", over: [1] }, op("x")), op("y", { id: "m[0]/x" })),
    "invalid-props",
    "m[0]/x: ids with [n]/ in them are for the items of maps; give it another id",
  ],
  [
    "an operation without id that is named like an item",
    op("m[0]/x"),
    "invalid-props",
    "m[0]/x: ids with [n]/ in them are for the items of maps; give it another id",
  ],
  [
    "an operation of a name that every object has",
    op("toString"),
    "invalid-props",
    "toString: every object has a property of that name",
  ],
  [
    "negative retries",
    op("a", { retries: -1 }),
    "invalid-props",
    "a: retries must be a whole number from 0",
  ],
  [
    "an unknown backoff",
    op("a", { backoff: "random" }),
    "invalid-props",
    'a: backoff must be "none", "linear" or "exponential"',
  ],
  [
    "a time-out of nothing",
    op("a", { timeoutMs: 0 }),
    "invalid-props",
    "a: timeoutMs must be a number above 0",
  ],
  [
    "a delay that is no number",
    op("a", { retryDelayMs: NaN }),
    "invalid-props",
    "a: retryDelayMs must be a number from 0",
  ],
  [
    "a filter of numbers",
    op("a", { retryOn: [5] }),
    "invalid-props",
    "a: retryOn must be a list of codes or a function",
  ],
  [
    "a limit of 0",
    h(Parallel, { id: "p", maxConcurrency: 0 }, op("a")),
    "invalid-props",
    "p: maxConcurrency must be a whole number above 0",
  ],
  [
    "an unknown onFailure",
    h("flow:parallel", { id: "p", onFailure: "stop" }, op("a")),
    "invalid-props",
    'p: onFailure must be "wait" or "abort"',
  ],
  [
    "a test that is no function",
    h("flow:conditional", { id: "c" }, op("a")),
    "invalid-props",
    "c: test must be a function",
  ],
  [
    "a conditional without children",
    h(Conditional, { id: "c", test }),
    "invalid-props",
    "c: a conditional takes 1 or 2 children, not 0",
  ],
  [
    "a conditional with three",
    h(Conditional, { id: "c", test }, op("a"), op("b"), op("d")),
    "invalid-props",
    "c: a conditional takes 1 or 2 children, not 3",
  ],
  [
    "a map without collection",
    h("flow:map", { id: "m" }, op("a")),
    "invalid-props",
    "m: over must be an array, another iterable, a $. reference or a function",
  ],
  [
    "a map over text",
    h(MapComponent, { id: "m", over: "abc" }, op("a")),
    "invalid-props",
    "m: over must be an array, another iterable, a $. reference or a function",
  ],
  [
    "a map with two bodies",
    h(MapComponent, { id: "m", over: [] }, op("a"), op("b")),
    "invalid-props",
    "m: a map takes one child, a template or a function, not 2",
  ],
  [
    "a reserved variable",
    h(MapComponent, { id: "m", over: [], as: "input" }, op("a")),
    "invalid-props",
    "m: as must be a name other than input, output, results, index, without dots and brackets",
  ],
  [
    "an id twice",
    seq(op("a", { id: "x" }), op("b", { id: "x" })),
    "duplicate-id",
    "x: another node has this id",
  ],
  [
    "a sequence of the id of a node",
    seq(op("a", { id: "x" }), h(Sequential, { id: "x" }, op("b"))),
    "duplicate-id",
    "x: another node has this id",
  ],
  [
    "a reference to nobody",
    op("a", { input: "$.nobody" }),
    "dangling-reference",
    "a: $.nobody refers to a node that does not exist",
  ],
  [
    "a reference to what comes later",
    seq(op("a", { input: "$.b" }), op("b")),
    "dangling-reference",
    "a: $.b refers to b, which does not come before it",
  ],
  [
    "a reference to itself",
    op("a", { input: "$.a" }),
    "dangling-reference",
    "a: $.a refers to a, which does not come before it",
  ],
  [
    "a reference to a neighbour",
    h(Parallel, {}, op("a"), op("b", { input: "$.a" })),
    "dangling-reference",
    "b: $.a refers to a, which does not come before it",
  ],
  [
    "a reference to the other way",
    h(Conditional, { test }, op("a"), op("b", { input: "$.a" })),
    "dangling-reference",
    "b: $.a refers to a, which does not come before it",
  ],
  [
    "a reference to the fork around it",
    h(Parallel, { id: "p" }, op("a", { input: "$.p" })),
    "dangling-reference",
    "a: $.p refers to p, which does not come before it",
  ],
  [
    "a reference into a body",
    seq(h(MapComponent, { over: [1] }, op("in")), op("a", { input: "$.in" })),
    "dangling-reference",
    "a: $.in refers to a node that does not exist",
  ],
  [
    "an item outside a map",
    op("a", { input: "$.item" }),
    "dangling-reference",
    "a: $.item refers to a node that does not exist",
  ],
  [
    "a broken path",
    seq(op("a"), op("b", { input: "$.a[x]" })),
    "dangling-reference",
    "b: $.a[x] refers to a node that does not exist",
  ],
  [
    "a reference deep inside",
    op("a", { input: { list: [{ x: "$.nobody" }] } }),
    "dangling-reference",
    "a: $.nobody refers to a node that does not exist",
  ],
  [
    "a reference in over",
    h(MapComponent, { id: "m", over: "$.nobody" }, op("a")),
    "dangling-reference",
    "m: $.nobody refers to a node that does not exist",
  ],
];

for (const [what, template, category, message] of REFUSED) {
  Deno.test(`compileTemplate() refuses ${what}`, () => {
    throws(() => compileTemplate(template), (thrown) => {
      ok(thrown instanceof TemplateError);
      deepStrictEqual(thrown.issues.map((issue) => [issue.category, issue.message]), [
        [category, message],
      ]);
      ok(thrown.message.includes(message));
      return true;
    });
  });
}

Deno.test("compileTemplate() tells all issues at once", () => {
  throws(() => compileTemplate(seq(op("a", { retries: -1 }), op("b", { input: "$.c" }))), {
    message: "Cannot use template: a: retries must be a whole number from 0 (and 1 more)",
  });
});
