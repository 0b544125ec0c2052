import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { operation, subscription } from "./_operations.ts";
import { buildEnv } from "./env.ts";
import { OperationRegistry } from "./registry.ts";
import type { OperationContext } from "./types.ts";

function sample(): { registry: OperationRegistry; contexts: OperationContext[] } {
  const contexts: OperationContext[] = [];
  const registry = new OperationRegistry();
  registry.registerAll([
    operation("fs.read", (input, context) => {
      contexts.push(context);
      return input;
    }, {
      inputSchema: Type.Object({ path: Type.String() }),
      accessControl: { requiredScopes: ["fs:read"] },
    }),
    operation("net.ping", () => "pong"),
    subscription("fs.watch", async function* () {}),
    subscription("only.streams", async function* () {}),
  ]);
  return { registry, contexts };
}

const keys = (env: object) => Object.keys(env).sort();

Deno.test("buildEnv() offers queries and mutations by namespace and name", () => {
  const env = buildEnv({ registry: sample().registry, context: {} });
  deepStrictEqual(keys(env), ["fs", "net"]);
  deepStrictEqual(keys(env.fs ?? {}), ["read"]);
});

Deno.test("buildEnv() filters by allowedNamespaces, and an empty list lets nothing through", () => {
  const { registry } = sample();
  deepStrictEqual(keys(buildEnv({ registry, context: {}, allowedNamespaces: ["net"] })), ["net"]);
  deepStrictEqual(keys(buildEnv({ registry, context: {}, allowedNamespaces: [] })), []);
  deepStrictEqual(keys(buildEnv({ registry: new OperationRegistry(), context: {} })), []);
});

Deno.test("buildEnv() runs with the outer context, without access checks, with validation", async () => {
  const { registry, contexts } = sample();
  const context: OperationContext = {
    requestId: "r",
    parentRequestId: "p",
    identity: { id: "ann", scopes: [] },
    metadata: { m: 1 },
  };
  const env = buildEnv({ registry, context });
  deepStrictEqual((await env.fs?.read?.({ path: "x" }))?.data, { path: "x" });
  deepStrictEqual(contexts, [{ ...context, trusted: true }]);
  strictEqual("trusted" in context, false);
  await rejects(async () => await env.fs?.read?.({}), { code: "VALIDATION_ERROR" });
});

Deno.test("buildEnv() shows what was registered when it was built", () => {
  const { registry } = sample();
  const env = buildEnv({ registry, context: {} });
  registry.register(operation("late.op", () => 1));
  strictEqual(env.late, undefined);
});

Deno.test("names of Object.prototype are names like any other", async () => {
  const registry = new OperationRegistry();
  registry.register({ ...operation("x.y", () => 1), namespace: "__proto__", name: "constructor" });
  const env = buildEnv({ registry, context: {} });
  strictEqual((await env["__proto__"]?.["constructor"]?.({}))?.data, 1);
  strictEqual(env.toString, undefined);
});
