import { joinMembership } from "@hub/bus";
import type { TestNode } from "../../src/auth/_testing.ts";
import { createMetrics } from "../../src/metrics/mod.ts";
import { exportRulesOf } from "../../src/routing/export_rules.ts";
import { openImports } from "../../src/imports/open_imports.ts";
import { startActors } from "../../src/start_actors.ts";
import { startCalls } from "../../src/start_calls.ts";
import { type StartedOperations, startOperations } from "../../src/start_operations.ts";
import { testBus } from "./bus.ts";
import { testConfig } from "./hub.ts";

/** Everything that can be called on a node with these identities. */
export async function testOperations(identity: TestNode): Promise<StartedOperations> {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(await testBus({ realm: identity.realm }));
  const membership = stack.use(await joinMembership(bus, { node: "operations" }));
  const common = { bus, membership, metrics: createMetrics(), kinds: [] };
  const { database } = identity, config = await testConfig({});
  const calls = stack.use(await startCalls(config, { ...common, database }));
  const imports = stack.use(openImports({ imports: {}, secrets: undefined }));
  const { host } = stack.use(await startActors(common));
  const started = stack.use(
    await startOperations({
      ...{ ...common, host, identity, imports, calls },
      exports: exportRulesOf(config.exports),
    }),
  );
  const parts = stack.move();
  return { ...started, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}
