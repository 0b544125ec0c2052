/** @jsxRuntime automatic */
/** @jsxImportSource @alkdev/flowgraph */
import { deepStrictEqual } from "node:assert/strict";
import {
  Conditional,
  Fragment,
  h,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
  type UNode,
} from "./component/index.ts";
import { compileTemplate } from "./host/index.ts";
import { jsx, jsxs } from "./jsx-runtime.ts";
import { jsxDEV } from "./jsx-dev-runtime.ts";

function Twice({ name }: { name: string; children?: UNode }, children: UNode[]) {
  return (
    <>
      <Operation name={name} />
      <Operation name={name} />
      {children}
    </>
  );
}

Deno.test("TSX makes the elements that h makes", () => {
  deepStrictEqual(
    <Sequential id="s">
      <Operation name="a" retries={2} />
      {null}
      <Parallel>
        <Operation name="b" />
      </Parallel>
    </Sequential>,
    h(
      Sequential,
      { id: "s" },
      h(Operation, { name: "a", retries: 2 }),
      h(Parallel, {}, h(Operation, { name: "b" })),
    ),
  );
});

Deno.test("jsx, jsxs and jsxDEV are the same", () => {
  const child = h(Operation, { name: "a" });
  const expected = h(Sequential, {}, child);
  deepStrictEqual(jsx(Sequential, { children: child }), expected);
  deepStrictEqual(jsxs(Sequential, { children: [child] }), expected);
  deepStrictEqual(jsxDEV(Sequential, { children: child }, "key"), expected);
});

Deno.test("a template in TSX compiles, with components, fragments and item functions", () => {
  const { graph } = compileTemplate(
    <Sequential>
      <Twice name="x">
        <Operation name="y" />
      </Twice>
      <Conditional test={({ x }) => x === 1}>
        <Operation name="then" />
        <Fragment>
          <Operation name="else" />
        </Fragment>
      </Conditional>
      <MapComponent over="$.x">
        {(item, index) => <Operation name={`op.${item}`} input={index} />}
      </MapComponent>
    </Sequential>,
  );
  deepStrictEqual(graph.nodes(), [
    "x",
    "x#2",
    "y",
    "branch:0.3",
    "then",
    "else",
    "join:0.3",
    "map:0.4",
    "join:0.4",
  ]);
});
