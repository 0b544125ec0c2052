import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Conditional, h, Map as MapComponent, Parallel, Sequential } from "../component/index.ts";
import type { Results, Scope } from "../component/props.ts";
import { TestHost } from "../../testing/host.ts";
import { answersOf, build, sketches } from "../../testing/templates.ts";
import { op } from "../../testing/elements.ts";

function compare(results: Results, all: Results): void {
  const ids = [...Object.keys(all), "no.such", "toString", "m[0]/no", "beside", "near"];
  for (const id of ids) {
    strictEqual(Object.hasOwn(results, id), Object.hasOwn(all, id), id);
    strictEqual(id in results, id in all, id);
    deepStrictEqual(results[id], all[id], id);
  }
  deepStrictEqual({ ...results }, all);
}

Deno.test("a test sees the same results one by one and all at once", () => {
  let total = 0;
  const looks: [one: Results, all: Results][] = [];
  // Compared below: what a test throws would only fail its node.
  const test = (results: Results, { results: all }: Scope) => looks.push([results, all]) > 0;
  const look = () => h(Conditional, { test }, op("then"), op("else"));
  fc.assert(
    fc.property(sketches, fc.integer(), (sketch, seed) => {
      const body = h(Sequential, {}, op("inner"), look(), build(sketch, { next: 1_000 }), look());
      const template = h(
        Sequential,
        { id: "all" },
        h(
          Parallel,
          { id: "both" },
          op("beside"),
          build(sketch),
          h(Sequential, {}, op("near"), look()),
        ),
        look(),
        h(MapComponent, { id: "m", over: [1, 2] }, body),
        look(),
      );
      looks.length = 0;
      new TestHost(template).run("in", answersOf(seed));
      total += looks.length;
      for (const [results, all] of looks) compare(results, all);
    }),
    { numRuns: 60 },
  );
  strictEqual(total > 60, true);
});

Deno.test("a test cannot change the results", () => {
  const test = (results: Results) => {
    throws(() => Object.assign(results, { a: 2 }), TypeError);
    throws(() => Reflect.ownKeys(results).forEach((id) => Object.defineProperty(results, id, {})));
    return results.a === 1;
  };
  const host = new TestHost(h(Sequential, {}, op("a"), h(Conditional, { test }, op("b"))));
  host.start();
  host.succeed("a", 1);
  deepStrictEqual(host.running, ["b"]);
});

Deno.test("a conditional that asks for one result does not have all of them gathered", () => {
  const count = 200;
  const steps = Array.from(
    { length: count },
    (_, i) => [
      op(`x${i}`),
      h(Conditional, { test: (results) => results[`x${i}`] === i }, op(`y${i}`)),
    ],
  );
  const host = new TestHost(h(Sequential, {}, steps));
  const { listed } = host.compiled.scope, entries = listed.entries.bind(listed);
  let gathered = 0;
  // Whoever gathers goes through the table of ids.
  Object.defineProperty(listed, Symbol.iterator, { value: () => (gathered++, entries()) });
  const result = host.run(undefined, ({ nodeId }) => ({ output: Number(nodeId.slice(1)) }));
  strictEqual(result.status, "completed");
  strictEqual(gathered, 1, "once, for the result of the workflow");
});
