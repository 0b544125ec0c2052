import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  Conditional,
  h,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
} from "../component/index.ts";
import { failing, TestHost } from "../../testing/host.ts";

const op = (name: string, props: Partial<Parameters<typeof Operation>[0]> = {}) =>
  h(Operation, { name, ...props });

for (const holds of [true, false]) {
  Deno.test(`rule 10: a conditional whose test is ${holds} takes one way and skips the other`, () => {
    const host = new TestHost(
      h(
        Sequential,
        {},
        op("a"),
        h(
          Conditional,
          { test: (results) => results.a === true },
          h(Sequential, {}, op("t1"), op("t2")),
          h(Parallel, {}, op("e1"), op("e2")),
        ),
        op("z"),
      ),
    );
    const result = host.run(holds);
    const called = host.invoked.map(({ operationId }) => operationId);
    deepStrictEqual(called, holds ? ["a", "t1", "t2", "z"] : ["a", "e1", "e2", "z"]);
    strictEqual(result.status, "completed");
    strictEqual(host.node(holds ? "e1" : "t2").status, "skipped");
    deepStrictEqual(result.output, holds ? true : [false, false]);
  });
}

Deno.test("rule 10: without an else the incoming value goes on", () => {
  const test = () => false;
  const host = new TestHost(
    h(Sequential, {}, op("a"), h(Conditional, { test }, op("b")), op("c")),
  );
  strictEqual(host.run("x").output, "x");
  strictEqual(host.node("b").status, "skipped");
});

Deno.test("rule 10: a test that throws fails the branch", () => {
  const test = () => {
    throw new Error("oh");
  };
  const host = new TestHost(h(Conditional, { id: "c", test }, op("a"), op("b")));
  host.start();
  deepStrictEqual(host.node("c").error, {
    code: "EXECUTION_ERROR",
    message: "Cannot run c: oh",
  });
  strictEqual(host.result.status, "failed");
  strictEqual(host.invoked.length, 0);
});

Deno.test("rule 11: a map runs its body for each item and keeps the order of the items", () => {
  const body = op("work", { input: { value: "$.item", at: "$.index" } });
  const host = new TestHost(h(MapComponent, { id: "m", over: "$.input" }, body));
  host.start(["x", "y", "z"]);
  deepStrictEqual(host.running, ["m[0]/work", "m[1]/work", "m[2]/work"]);
  for (const i of [2, 0, 1]) host.succeed(`m[${i}]/work`, i);
  deepStrictEqual(host.result.output, [0, 1, 2]);
  deepStrictEqual(host.invoked[1]?.input, { value: "y", at: 1 });
});

Deno.test("rule 11: an empty collection completes with an empty array", () => {
  const host = new TestHost(h(MapComponent, { over: [] }, op("work")));
  host.start();
  deepStrictEqual(host.result.output, []);
});

for (
  const [what, over, message] of [
    ["no collection", "$.input.missing", "over is undefined"],
    ["text", "$.input.text", "over is string"],
    ["too many items", "$.input.many", "over has more than 3 items"],
  ] as const
) {
  Deno.test(`rule 11: ${what} fails the map`, () => {
    const host = new TestHost(h(MapComponent, { id: "m", over, maxItems: 3 }, op("work")));
    host.start({ text: "abc", many: [1, 2, 3, 4] });
    deepStrictEqual(host.node("m").error, {
      code: "INPUT_ERROR",
      message: `Cannot run m: ${message}`,
    });
    strictEqual(host.result.status, "failed");
  });
}

Deno.test("rule 11: over may be a function, and any iterable", () => {
  const over = ({ input }: { input: unknown }) => new Set([input, input, 2]);
  const host = new TestHost(h(MapComponent, { over }, op("work")));
  deepStrictEqual(host.run(1).output, [1, 2]);
});

Deno.test("rule 11: one failed item fails the join after the others finished", () => {
  const host = new TestHost(
    h(Sequential, {}, h(MapComponent, { id: "m", over: [1, 2, 3] }, op("work")), op("z")),
  );
  host.start();
  host.fail("m[1]/work");
  host.succeed("m[0]/work", 1);
  host.succeed("m[2]/work", 3);
  strictEqual(host.result.status, "failed");
  deepStrictEqual(host.result.results, { "m[0]/work": 1, "m[2]/work": 3 });
  deepStrictEqual(host.node("z").error?.details, { cause: "m[1]/work" });
});

Deno.test("rule 11: a failed optional item leaves a gap", () => {
  const host = new TestHost(
    h(MapComponent, { id: "m", over: [1, 2] }, op("work", { optional: true })),
  );
  const result = host.run(
    undefined,
    ({ nodeId, input }) => nodeId === "m[0]/work" ? failing() : { output: input },
  );
  strictEqual(result.status, "completed");
  deepStrictEqual(result.output, [null, 2]);
});

Deno.test("rule 11: the body may be a function of the item", () => {
  const body = (item: unknown, index: number) => op(`op.${item}`, { input: index });
  const host = new TestHost(h(MapComponent, { id: "m", over: ["x", "y"] }, body));
  deepStrictEqual(host.run().output, [0, 1]);
  deepStrictEqual(host.invoked.map(({ operationId }) => operationId), ["op.x", "op.y"]);
});

Deno.test("rule 11: a function that makes no valid body fails the map and names the reason", () => {
  const host = new TestHost(h(MapComponent, { id: "m", over: [1] }, () => op("")));
  host.start();
  const { code, message } = host.node("m").error ?? { code: "", message: "" };
  strictEqual(code, "INPUT_ERROR");
  ok(message.includes("name must be the id of an operation"), message);
});

Deno.test("rule 11: maps nest, and inner bodies see outer items", () => {
  const inner = h(
    MapComponent,
    { id: "in", over: "$.row", as: "cell" },
    op("work", { input: ["$.row", "$.cell", "$.index", "$.input.name"] }),
  );
  const host = new TestHost(h(MapComponent, { id: "out", over: "$.input.rows", as: "row" }, inner));
  const { output } = host.run({ name: "n", rows: [[1, 2], [3]] });
  deepStrictEqual(output, [
    [[[1, 2], 1, 0, "n"], [[1, 2], 2, 1, "n"]],
    [[[3], 3, 0, "n"]],
  ]);
  deepStrictEqual(host.running, []);
  strictEqual(host.node("out[1]/in[0]/work").status, "completed");
});

Deno.test("rule 11: maxConcurrency of a map counts over all of its items", () => {
  const body = h(Sequential, {}, op("a"), op("b"));
  const host = new TestHost(
    h(MapComponent, { id: "m", over: [1, 2, 3], maxConcurrency: 2 }, body),
  );
  host.start();
  deepStrictEqual(host.running, ["m[0]/a", "m[1]/a"]);
  host.succeed("m[0]/a", 1);
  // The third item has waited longer than the second step of the first.
  deepStrictEqual(host.running, ["m[1]/a", "m[2]/a"]);
});
