import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { h, Parallel } from "../component/index.ts";
import { FlowGraphError, TemplateError } from "../graph/index.ts";
import { TestCalls } from "../../testing/calls.ts";
import { GraphologyHostConfig, ReactiveHostConfig } from "./index.ts";
import { op, seq } from "../../testing/elements.ts";

Deno.test("a tree built step by step compiles as a whole one does", () => {
  const host = GraphologyHostConfig;
  const container = host.createContainer();
  const root = host.createInstance("flow:sequential", {});
  const [a, b, c] = ["a", "b", "c"].map((name) => host.createInstance("flow:operation", { name }));
  ok(a && b && c);
  host.appendChild(container, root);
  host.appendChild(root, a);
  host.appendChild(root, c);
  host.insertBefore(root, b, c);
  deepStrictEqual(host.commit(container).graph.edges(), ["a->b", "b->c"]);
  host.removeChild(root, b);
  host.updateInstance(c, { name: "z" });
  host.insertBefore(root, c, a);
  deepStrictEqual(host.commit(container).graph.edges(), ["z->a"]);
  deepStrictEqual(container.compiled?.graph.nodes(), ["z", "a"]);
  host.appendChild(root, host.createTextInstance("oh"));
  throws(() => host.commit(container), TemplateError);
});

Deno.test("GraphologyHostConfig.render() compiles a whole tree", () => {
  deepStrictEqual(GraphologyHostConfig.render(seq(op("a"), op("b"))).graph.edges(), ["a->b"]);
});

Deno.test("rendering again keeps unchanged nodes, cancels removed ones, and adds new ones", async () => {
  const calls = new TestCalls();
  const container = ReactiveHostConfig.createContainer({ id: "w", invoke: calls.invoke });
  const root = ReactiveHostConfig.render(
    seq(op("a"), h(Parallel, {}, op("b"), op("c")), op("d")),
    container,
  );
  const result = root.start("in");
  await calls.of("a").succeed(1);
  deepStrictEqual(calls.nodes, ["a", "b", "c"]);

  const same = ReactiveHostConfig.render(
    seq(op("a"), h(Parallel, {}, op("b"), op("x")), op("e")),
    container,
  );
  strictEqual(same, root);
  strictEqual(calls.of("c").context.signal.aborted, true);
  strictEqual(root.callGraph.getNodeAttributes("w/c/1").status, "aborted");
  deepStrictEqual(calls.nodes, ["a", "b", "c", "x"]);
  await calls.of("b").succeed(2);
  await calls.of("x").succeed(3);
  await calls.of("e").succeed(4);
  deepStrictEqual((await result).results, { a: 1, b: 2, x: 3, e: 4 });
  throws(() => ReactiveHostConfig.render(op("a"), container), FlowGraphError);
});
