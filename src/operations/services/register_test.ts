import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  createDispatcher,
  type Identity,
  OperationRegistry,
  type Registration,
  registryView,
} from "@alkdev/operations";
import { createExportRules, DEFAULT_EXPORT_RULES } from "../../routing/export_rules.ts";
import { specOf, spoke } from "../../search/_spokes_testing.ts";
import { registerServiceOperations } from "./register.ts";

const ANN: Identity = { id: "ann", scopes: ["spokes:call", "shop:use"] };

/** Discovery in a hub with three operations of its own, an import of a thousand, and two nodes. */
function discovery(identity: Identity | null = ANN) {
  const registry = new OperationRegistry();
  const imported = new Map<string, Registration>();
  for (let i = 0; i < 1_000; i++) {
    const spec = specOf(`a/op${i}`, { scopes: [i % 2 === 0 ? "shop:use" : "shop:admin"] });
    const access = [spec.accessControl], grants = { visibility: "external" } as const;
    imported.set(`a/op${i}`, { id: `a/op${i}`, spec, access, grants, handler: () => null });
  }
  const offered = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`test/op${i}`, {}]));
  registerServiceOperations(registry, {
    registry,
    imported: () => imported,
    view: () => registryView(registry),
    spokes: () => [spoke("dev2", offered), spoke("dev10", offered)],
    exports: createExportRules(DEFAULT_EXPORT_RULES),
  });
  const dispatcher = createDispatcher({ view: registryView(registry) });
  return async (name: string, input: Record<string, unknown> = {}) =>
    // deno-lint-ignore no-explicit-any -- what is in it is what tests look at
    await dispatcher.call({ operation: `/services/${name}`, input, identity }) as any;
}

type Peers = readonly { peer_id: string; operations: { name: string }[] }[];

Deno.test("/services/list has pages: the hub's own operations first, then imports, each once", async () => {
  const ask = discovery();
  const names: string[] = [], sizes: number[] = [];
  for (let next: object | undefined = {}; next !== undefined;) {
    const { operations, next_cursor: cursor } = await ask("list", { limit: 200, ...next });
    names.push(...operations.map(({ name }: { name: string }) => name));
    sizes.push(operations.length);
    next = cursor === undefined ? undefined : { cursor };
  }
  deepStrictEqual(sizes, [200, 200, 103]);
  deepStrictEqual(names.slice(0, 3), ["services/list", "services/list-peers", "services/schema"]);
  strictEqual(new Set(names).size, 503, "three, and every other of a thousand");
});

Deno.test("/services/list gives five hundred to whoever says nothing of pages, and the hub's own among them", async () => {
  const ask = discovery();
  const { operations, next_cursor } = await ask("list");
  deepStrictEqual([operations.length, typeof next_cursor], [500, "string"]);
  strictEqual(operations[0].name, "services/list");
  deepStrictEqual(Object.keys(await discovery(null)("list")), ["operations"]);
  const whole = await ask("list", { schemas: true });
  deepStrictEqual([whole.operations.length, "next_cursor" in whole], [3, false]);
  ok("input_schema" in whole.operations[0]);
});

Deno.test("/services/list-peers has pages, too, on which a node may go on", async () => {
  const ask = discovery();
  const { next_cursor: cursor } = await ask("list-peers", { limit: 500 });
  const first: { peers: Peers; next_cursor: string } = await ask("list-peers", {
    ...{ limit: 20, cursor },
  });
  const told = (peers: Peers) => peers.map((peer) => [peer.peer_id, peer.operations.length]);
  deepStrictEqual(told(first.peers), [["local", 3], ["dev10", 17]]);
  const rest = await ask("list-peers", { cursor: first.next_cursor });
  deepStrictEqual(told(rest.peers), [["dev10", 13], ["dev2", 30]]);
  strictEqual(rest.next_cursor, undefined);
});

for (
  const input of [{ limit: 0 }, { limit: 501 }, { limit: "9" }, { cursor: "x" }, { cursor: 1 }]
) {
  Deno.test(`discovery refuses the page ${JSON.stringify(input)}`, async () => {
    for (const name of ["list", "list-peers"]) {
      await rejects(discovery()(name, input), (error: Error) => {
        strictEqual(Reflect.get(error, "code"), "VALIDATION_ERROR");
        const { errors } = Object(Reflect.get(error, "details"));
        strictEqual(errors[0].path, `/${Object.keys(input)[0]}`);
        return true;
      });
    }
  });
}
