import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  Conditional,
  Fragment,
  h,
  isElement,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
} from "./index.ts";

const test = () => true;

const COMPONENTS: [type: string, element: unknown, props: object][] = [
  ["flow:operation", Operation({ name: "a" }), { name: "a" }],
  ["flow:sequential", Sequential(), {}],
  ["flow:parallel", Parallel({ maxConcurrency: 2 }), { maxConcurrency: 2 }],
  ["flow:conditional", Conditional({ test }), { test }],
  ["flow:map", MapComponent({ over: [] }), { over: [] }],
];

for (const [type, element, props] of COMPONENTS) {
  Deno.test(`a component returns an element of type ${type}`, () => {
    deepStrictEqual(element, { type, props, children: [] });
  });
}

Deno.test("children are one flat list without what stands for nothing", () => {
  const a = Operation({ name: "a" }), b = Operation({ name: "b" });
  deepStrictEqual(Sequential({}, [a, null, [b, [undefined, true]]]).children, [a, b]);
  deepStrictEqual(h(Sequential, null, a, false, [b]).children, [a, b]);
  deepStrictEqual(Fragment({}, [a, null]).children, [a]);
});

Deno.test("properties are copied", () => {
  const props = { name: "a" };
  const element = h(Operation, props);
  props.name = "b";
  strictEqual(element.props.name, "a");
});

Deno.test("isElement() knows elements whoever made them", () => {
  strictEqual(isElement({ type: "flow:operation", props: {}, children: [] }), true);
  strictEqual(isElement(h(Operation, { name: "a" })), true);
  for (const value of [null, "text", 5, {}, { type: 5 }, []]) strictEqual(isElement(value), false);
});

Deno.test("h() takes a hundred thousand children", () => {
  const children = Array.from({ length: 100_000 }, () => Operation({ name: "a" }));
  strictEqual(h(Sequential, {}, children).children.length, 100_000);
});
