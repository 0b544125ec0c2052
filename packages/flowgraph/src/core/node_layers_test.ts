import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { h, Operation, Sequential } from "../component/index.ts";
import { TestHost } from "../../testing/host.ts";
import { nodeStates, readNode, writeNodes } from "./node_layers.ts";
import { IDLE, type NodeState } from "./state.ts";

Deno.test("layers hold what one record would hold", () => {
  const writes = fc.array(fc.array(fc.nat(399), { minLength: 1, maxLength: 20 }), {
    maxLength: 60,
  });
  fc.assert(fc.property(writes, fc.constantFrom(100, 400), (lists, total) => {
    const flat: Record<string, NodeState> = {};
    for (let i = 0; i < total; i++) flat[`n${i}`] = IDLE;
    let layers: Parameters<typeof writeNodes>[0] = { nodes: { ...flat }, layers: [] };
    lists.forEach((list, attempt) => {
      const changed = Object.fromEntries(
        list.map((i) => [`n${i % total}`, { ...IDLE, attempt }] as const),
      );
      Object.assign(flat, changed);
      const count = Object.keys(changed).length;
      layers = writeNodes(layers, changed, { count, total });
    });
    deepStrictEqual(nodeStates(layers), flat);
    for (const [id, state] of Object.entries(flat)) strictEqual(readNode(layers, id), state);
    ok(layers.layers.length < 12);
    if (total <= 128) deepStrictEqual(layers.layers, []);
  }));
});

Deno.test("a large workflow goes on from any stored state", () => {
  const names = Array.from({ length: 300 }, (_, i) => `x${i}`);
  const host = new TestHost(h(Sequential, {}, names.map((name) => h(Operation, { name }))));
  host.start(1);
  while (host.results.length === 0) {
    host.state = JSON.parse(JSON.stringify(host.state));
    host.advance(({ input }) => ({ output: Number(input) + 1 }));
  }
  strictEqual(host.result.output, 301);
});
