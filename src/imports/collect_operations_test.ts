import { deepStrictEqual, rejects } from "node:assert/strict";
import { OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { collectOperations } from "./collect_operations.ts";
import { importSettings } from "./import_settings.ts";
import type { ForeignOperation } from "./imported_operation.ts";

function operation(name: string): ForeignOperation {
  return {
    ...{ namespace: "it", name, version: "1.0.0", type: OperationType.QUERY, description: "" },
    ...{ inputSchema: Type.Unknown(), outputSchema: Type.Unknown() },
    accessControl: { requiredScopes: [] },
    handler: () => Promise.resolve(null),
  };
}

function collect(names: Iterable<string>, config: { readonly exclude?: string[] } = {}) {
  return collectOperations(Array.from(names, operation), {
    settings: importSettings("it", { mcp: "https://u.example", maxOperations: 3, ...config }),
    grants: { provenance: "FromMCP" },
    titleOf: ({ name }) => name,
    signal: new AbortController().signal,
  });
}

Deno.test("operations that would have one name are left out, all of them", async () => {
  const { operations, skipped } = await collect(["a", "b", "a"]);
  deepStrictEqual([...operations.keys()], ["b"]);
  const reason = "2 of them would be called a";
  deepStrictEqual(skipped, [{ what: "a", reason }, { what: "a", reason }]);
});

Deno.test("those of one name count as often as they are there; those not wanted do not count", async () => {
  await rejects(collect(["a", "a", "a", "a"]), /more than 3 operations/);
  const { operations } = await collect(["a", "b", "c", "d/1", "d/2"], { exclude: ["d/*"] });
  deepStrictEqual([...operations.keys()], ["a", "b", "c"]);
});
