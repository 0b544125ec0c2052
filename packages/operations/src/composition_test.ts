import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { dispatching, type Granted, OPEN, who } from "./_dispatch.ts";
import { operation, subscription } from "./_operations.ts";
import { Capabilities } from "./capabilities.ts";
import type { InvokeOptions } from "./call_scope.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { Grants } from "./grants.ts";
import { OperationRegistry } from "./registry.ts";
import type { OperationContext } from "./types.ts";
import { layeredView, registryView } from "./view.ts";

const ALL_NAMES = ["a/target", "a/stream", "a/strict", "a/gone", "a/outer"];
const needs = (...requiredScopes: string[]) => ({ accessControl: { requiredScopes } });

/** An operation that calls another by the name it is given. */
function caller(grants: Grants, options?: InvokeOptions): Granted {
  return [
    operation("a.outer", async (input, { invoke }) => await invoke?.(String(input), {}, options)),
    { ...OPEN, ...grants },
  ];
}

const reach = (...names: string[]) => ({ scopedEnv: { allowedOps: new Set(names) } });
const outer = (input: string) => ({ operation: "a/outer", input, identity: who("user") });

// call-protocol.md §9 and §20.6
const rows: readonly [string, Grants, string, string | null][] = [
  ["no env reaches nothing", {}, "a/target", "OPERATION_NOT_FOUND"],
  ["an empty env reaches nothing", reach(), "a/target", "OPERATION_NOT_FOUND"],
  ["outside the env", reach("a/stream"), "a/target", "OPERATION_NOT_FOUND"],
  ["no wildcard", reach("*", "a/*"), "a/target", "OPERATION_NOT_FOUND"],
  ["inside the env", reach("a/target"), "a/target", null],
  ["inside the env, spelled as on the wire", reach("a/target"), "/a/target", null],
  ["in the env but not there", reach("a/gone"), "a/gone", "OPERATION_NOT_FOUND"],
  ["a leaf's authority is none", reach("a/strict"), "a/strict", "ACCESS_DENIED"],
  [
    "authority without the scope, though the user has it",
    { ...reach("a/strict"), compositionAuthority: { label: "x", scopes: ["other"] } },
    "a/strict",
    "ACCESS_DENIED",
  ],
  [
    "authority with the scope",
    { ...reach("a/strict"), compositionAuthority: { label: "x", scopes: ["user"] } },
    "a/strict",
    null,
  ],
  ["a subscription", reach("a/stream"), "a/stream", "INVALID_OPERATION_TYPE"],
];
for (const [name, grants, target, code] of rows) {
  Deno.test(`composition: ${name} gives ${code ?? "the value"}`, async () => {
    const dispatcher = dispatching([
      caller(grants),
      [operation("a.target", () => "value"), {}],
      [operation("a.strict", () => "value", needs("user")), {}],
      [subscription("a.stream", async function* () {}), {}],
    ]);
    const result = dispatcher.call(outer(target));
    if (code === null) strictEqual(await result, "value");
    else await rejects(result, { code });
  });
}

Deno.test("a composed call's context is its own, and only the originator is handed down", async () => {
  const seen: OperationContext[] = [];
  const note = (_input: unknown, context: OperationContext) => void seen.push(context);
  const dispatcher = dispatching([
    [
      operation("a.outer", async (_input, context) => {
        seen.push(context);
        await context.invoke?.("a/inner", {});
      }),
      {
        ...OPEN,
        ...reach("a/inner"),
        compositionAuthority: { label: "outer", scopes: ["x"], resources: { box: ["open"] } },
      },
    ],
    [operation("a.inner", note), { compositionAuthority: { label: "inner", scopes: [] } }],
  ], { newId: () => "child-id" });
  await dispatcher.call({
    operation: "a/outer",
    input: {},
    identity: who("user"),
    requestId: "root-id",
    forwardedFor: who("claimed"),
    timeoutMs: 1000,
  });
  const [root, child] = seen;
  ok(root !== undefined && child !== undefined);
  strictEqual(child.requestId, "child-id");
  strictEqual(child.parentRequestId, "root-id");
  deepStrictEqual(child.identity, { id: "outer", scopes: ["x"], resources: { box: ["open"] } });
  deepStrictEqual(root.handlerIdentity, child.identity);
  strictEqual(child.handlerIdentity?.id, "inner");
  strictEqual(child.internal, true);
  strictEqual(child.forwardedFor, null);
  strictEqual(child.originator, root.originator);
  strictEqual(child.deadline, root.deadline);
  deepStrictEqual(child.metadata, {});
});

Deno.test("the older env offers what the scoped env allows, under the same rules", async () => {
  const dispatcher = dispatching([
    [
      operation("a.outer", async (_input, { env }) => {
        ok(env !== undefined);
        deepStrictEqual(Object.keys(env.a ?? {}), ["target", "strict"]);
        await rejects(async () => await env.a?.strict?.({}), { code: "ACCESS_DENIED" });
        return (await env.a?.target?.({}))?.data;
      }),
      { ...OPEN, ...reach("a/target", "a/strict") },
    ],
    [operation("a.target", () => 5), {}],
    [operation("a.strict", () => 5, needs("user")), {}],
  ]);
  strictEqual(await dispatcher.call(outer("")), 5);
});

Deno.test("a child has its own secrets, and of its parent's only what its registration names", async () => {
  const seen: unknown[] = [];
  const dispatcher = dispatching([
    caller({
      ...reach("a/target"),
      capabilities: new Capabilities({ shared: "s", private: "p", own: "parent's" }),
    }),
    [
      operation(
        "a.target",
        (_input, { capabilities }) =>
          void seen.push(["shared", "private", "own"].map((name) => capabilities?.get(name))),
      ),
      { capabilities: new Capabilities({ own: "o" }), inheritCapabilities: ["shared", "own"] },
    ],
  ]);
  await dispatcher.call(outer("a/target"));
  deepStrictEqual(seen, [["s", undefined, "o"]]);
});

for (const [limits, levels] of [[{ maxDepth: 4 }, 4], [{}, 16]] as const) {
  Deno.test(`call-protocol.md 16.1: nesting past ${levels} levels is internal`, async () => {
    let calls = 0;
    const dispatcher = dispatching([[
      operation("a.outer", async (_input, { invoke }) => {
        calls += 1;
        await invoke?.("a/outer", {});
      }),
      { ...OPEN, ...reach("a/outer") },
    ]], { limits });
    await rejects(dispatcher.call(outer("")), { code: "EXECUTION_ERROR" });
    strictEqual(calls, levels + 1);
  });
}

// call-protocol.md §14 and §20.10–11: which layer answers.
const SPECIFIC = { kind: "specific", peerId: "dev2" } as const;
const layers = (names: Record<string, readonly string[]>) => {
  const view = (layer: string) => {
    const registry = new OperationRegistry();
    for (const name of names[layer] ?? []) registry.register(operation(name, () => layer));
    return registryView(registry);
  };
  return { view, peers: new Map([["dev1", view("dev1")], ["dev2", view("dev2")]]) };
};
const routes: readonly [string, Record<string, readonly string[]>, boolean, string | null][] = [
  ["the first peer that has it", { dev1: ["a.target"], dev2: ["a.target"] }, false, "dev1"],
  ["the next peer if the first has it not", { dev2: ["a.target"] }, false, "dev2"],
  ["the session before peers", { session: ["a.target"], dev1: ["a.target"] }, false, "session"],
  ["the base before everybody", { base: ["a.target"], dev1: ["a.target"] }, false, "base"],
  ["the named peer", { base: ["a.target"], dev2: ["a.target"] }, true, "dev2"],
  ["nobody, if the named peer has it not", { base: ["a.target"], dev1: ["a.target"] }, true, null],
];
for (const [name, names, specific, expected] of routes) {
  Deno.test(`a composed call ${specific ? "to one peer" : "without a peer"} is answered by ${name}`, async () => {
    const base = new OperationRegistry();
    const options: InvokeOptions = specific ? { peer: SPECIFIC } : {};
    base.register(...caller(reach("a/target"), options));
    for (const id of names.base ?? []) base.register(operation(id, () => "base"));
    const { view, peers } = layers(names);
    const composed = layeredView({ base: registryView(base), session: view("session"), peers });
    const result = createDispatcher({ view: composed }).call(outer("a/target"));
    if (expected === null) await rejects(result, { code: "OPERATION_NOT_FOUND" });
    else strictEqual(await result, expected);
  });
}

Deno.test("a pinned operation is reached at its peer and by no other routing", async () => {
  const pinned = {
    scopedEnv: { allowedOps: new Set<string>(), peerPinned: new Set(["dev2/a/target"]) },
  };
  const run = (options: InvokeOptions) => {
    const base = new OperationRegistry();
    base.register(...caller(pinned, options));
    const { peers } = layers({ dev1: ["a.target"], dev2: ["a.target"] });
    const view = layeredView({ base: registryView(base), peers });
    return createDispatcher({ view }).call(outer("a/target"));
  };
  strictEqual(await run({ peer: SPECIFIC }), "dev2");
  for (const peer of [{ kind: "any" }, { kind: "specific", peerId: "dev1" }] as const) {
    await rejects(run({ peer }), { code: "OPERATION_NOT_FOUND" });
  }
  await rejects(run({}), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("a peer's operations are not external by being connected", async () => {
  const { peers } = layers({ dev1: ["a.target"] });
  const view = layeredView({ base: registryView(new OperationRegistry()), peers });
  await rejects(
    createDispatcher({ view }).call({ operation: "a/target", input: {}, identity: who() }),
    { code: "OPERATION_NOT_FOUND" },
  );
});

// call-protocol.md §9, the property to ship: rights are checked at every step of every path.
Deno.test("no path reaches an operation but by rights that were checked at each step", async () => {
  const scope = fc.constantFrom("s0", "s1", "s2");
  const scopes = fc.uniqueArray(scope, { maxLength: 2 });
  const node = fc.record({
    external: fc.boolean(),
    required: scopes,
    authority: fc.option(scopes),
    allowed: fc.uniqueArray(fc.nat(4), { maxLength: 5 }),
  });
  const world = fc.record({
    nodes: fc.array(node, { minLength: 5, maxLength: 5 }),
    held: scopes,
    entry: fc.nat(4),
    path: fc.array(fc.nat(4), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ nodes, held, entry, path }) => {
      const reached: number[] = [];
      const dispatcher = dispatching(nodes.map((each, index): Granted => [
        operation(`op.n${index}`, async (input, { invoke }) => {
          reached.push(index);
          const [next, ...rest] = Array.isArray(input) ? input : [];
          if (next !== undefined) await invoke?.(`op/n${next}`, rest);
        }, needs(...each.required)),
        {
          visibility: each.external ? "external" : "internal",
          public: true,
          compositionAuthority: each.authority === null
            ? null
            : { label: `n${index}`, scopes: each.authority },
          scopedEnv: { allowedOps: new Set(each.allowed.map((target) => `op/n${target}`)) },
        },
      ]));
      const request = { operation: `op/n${entry}`, input: path, identity: who(...held) };
      await dispatcher.call(request).catch(() => {});

      // The model: how far the rules let this path go.
      const expected: number[] = [];
      let rights: readonly string[] = held;
      let may = nodes[entry]?.external === true;
      for (const step of [entry, ...path]) {
        const target = nodes[step];
        if (!may || target === undefined) break;
        if (!target.required.every((needed) => rights.includes(needed))) break;
        expected.push(step);
        rights = target.authority ?? [];
        const following = [entry, ...path][expected.length];
        may = following !== undefined && target.allowed.includes(following);
      }
      deepStrictEqual(reached, expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("names in a scoped env that lead nowhere are harmless", async () => {
  const dispatcher = dispatching([caller(reach(...ALL_NAMES))]);
  await rejects(dispatcher.call(outer("a/gone")), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("contains() tells what invoke() would find: by name, within the scoped env, at that peer", async () => {
  const own = new OperationRegistry();
  own.register(operation("b.free", () => 1));
  own.register(operation("b.other", () => 1));
  const peer = new OperationRegistry();
  peer.register(operation("b.pinned", () => 1));
  let found: unknown;
  own.register(
    operation("a.outer", (_input, { contains }) => {
      const at = (peerId: string) => ({ kind: "specific", peerId }) as const;
      found = [
        contains?.("/b/free"),
        contains?.("b/other"),
        contains?.("b/none"),
        contains?.("b/pinned"),
        contains?.("b/pinned", at("p")),
        contains?.("b/pinned", at("q")),
        contains?.("../b"),
      ];
    }),
    {
      ...OPEN,
      scopedEnv: {
        allowedOps: new Set(["b/free", "b/none"]),
        peerPinned: new Set(["p/b/pinned", "q/b/pinned"]),
      },
    },
  );
  const view = layeredView({
    base: registryView(own),
    peers: new Map([["p", registryView(peer)]]),
  });
  await createDispatcher({ view }).call({ operation: "a/outer", input: {}, identity: null });
  deepStrictEqual(found, [true, false, false, false, true, false, false]);
});
