/**
 * No operation of a hub reaches the vault, the master key, the key ring or a stored secret.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { testNode } from "../src/auth/_testing.ts";
import { testOperations } from "./harness/operations.ts";

const FORBIDDEN = /vault|mnemonic|seed|master|decrypt|unseal|rekey|key[-_]?ring|rotate-secrets/i;

Deno.test("the registry of a hub has no operation on the vault or on its keys", async () => {
  await using node = await testNode();
  await using started = await testOperations(node);
  const specs = started.registry.getAllSpecs();
  ok(specs.length > 10);
  deepStrictEqual(specs.filter(({ name }) => FORBIDDEN.test(name)).map(({ name }) => name), []);
  deepStrictEqual(
    specs.filter(({ name }) => name.startsWith("credentials/")).map(({ name }) => name).toSorted(),
    ["credentials/delete", "credentials/list-names", "credentials/set"],
  );
});
