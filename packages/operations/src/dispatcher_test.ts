import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { dispatching, type Granted, OPEN, who } from "./_dispatch.ts";
import { operation, subscription } from "./_operations.ts";
import { Capabilities } from "./capabilities.ts";
import type { CallObserver } from "./dispatch_types.ts";
import { CallError } from "./error.ts";
import type { Grants } from "./grants.ts";
import { httpEnvelope } from "./response-envelope.ts";
import type { OperationContext } from "./types.ts";

const external: Grants = { visibility: "external" };
const needs = (...requiredScopes: string[]) => ({ accessControl: { requiredScopes } });

/** An operation that shows the context it got. */
function spy(id = "a.spy", grants: Grants = OPEN, fields = {}) {
  const contexts: OperationContext[] = [];
  const granted: Granted = [
    operation(id, (_input, context) => void contexts.push(context), fields),
    grants,
  ];
  return { granted, contexts };
}

Deno.test("the value of a call is bare, with or without an envelope in its handler", async () => {
  const dispatcher = dispatching([
    [operation("a.plain", (input) => input), OPEN],
    [
      operation("a.http", () => httpEnvelope(5, { statusCode: 200, headers: {}, contentType: "" })),
      OPEN,
    ],
  ]);
  strictEqual(await dispatcher.call({ operation: "/a/plain", input: 1, identity: null }), 1);
  strictEqual(await dispatcher.call({ operation: "a/http", input: {}, identity: null }), 5);
});

// call-protocol.md §5: the order in which a call is refused shows in the codes.
const strict = { ...needs("s"), inputSchema: Type.Object({ n: Type.Number() }) };
const refusals: readonly [string, string, unknown, string[] | null, string][] = [
  ["an unknown operation", "a/unknown", {}, ["s"], "OPERATION_NOT_FOUND"],
  ["an internal operation", "a/internal", { n: 1 }, ["s"], "OPERATION_NOT_FOUND"],
  [
    "an operation whose visibility nobody declared",
    "a/undeclared",
    {},
    ["s"],
    "OPERATION_NOT_FOUND",
  ],
  ["a name that is none", "../etc", {}, ["s"], "OPERATION_NOT_FOUND"],
  ["a caller without identity, before the input", "a/strict", {}, null, "ACCESS_DENIED"],
  ["a caller without the scope, before the input", "a/strict", {}, ["x"], "ACCESS_DENIED"],
  ["a caller without the scope, before the type", "a/stream", {}, ["x"], "ACCESS_DENIED"],
  ["a subscription, before the input", "a/stream", {}, ["s"], "INVALID_OPERATION_TYPE"],
  ["input that does not fit", "a/strict", {}, ["s"], "VALIDATION_ERROR"],
];
for (const [name, op, input, scopes, code] of refusals) {
  Deno.test(`call() refuses ${name} with ${code} and fetches no secret`, async () => {
    const capabilities = () => {
      throw new Error("secrets were fetched");
    };
    const dispatcher = dispatching([
      [operation("a.strict", () => 1, strict), { ...external, capabilities }],
      [operation("a.internal", () => 1, strict), { visibility: "internal", capabilities }],
      [operation("a.undeclared", () => 1), { capabilities }],
      [subscription("a.stream", async function* () {}, strict), { ...external, capabilities }],
    ]);
    const identity = scopes === null ? null : who(...scopes);
    await rejects(dispatcher.call({ operation: op, input, identity }), { name: "CallError", code });
  });
}

Deno.test("a caller without identity hears that, and no scope", async () => {
  const dispatcher = dispatching([[operation("a.b", () => 1, needs("secret-scope")), external]]);
  await rejects(dispatcher.call({ operation: "a/b", input: {}, identity: null }), {
    message: "authentication required",
  });
});

Deno.test("subscribe() refuses a query, and what call() refuses, before there is any value", async () => {
  const dispatcher = dispatching([
    [operation("a.query", () => 1), OPEN],
    [subscription("a.stream", async function* () {}, strict), external],
  ]);
  const start = (operation: string, identity = who("s")) =>
    dispatcher.subscribe({ operation, input: {}, identity });
  await rejects(start("a/query"), { code: "INVALID_OPERATION_TYPE" });
  await rejects(start("a/none"), { code: "OPERATION_NOT_FOUND" });
  await rejects(start("a/stream", who()), { code: "ACCESS_DENIED" });
  await rejects(start("a/stream"), { code: "VALIDATION_ERROR" });
});

Deno.test("the root context tells who calls, and is nobody's to change", async () => {
  const { granted, contexts } = spy();
  const claim = { id: "claimed", scopes: ["admin"] };
  await dispatching([granted]).call({
    operation: "a/spy",
    input: {},
    identity: who("s"),
    requestId: "wire-id",
    forwardedFor: claim,
  });
  const [context] = contexts;
  ok(context !== undefined);
  strictEqual(context.requestId, "wire-id");
  strictEqual(context.parentRequestId, undefined);
  deepStrictEqual(context.identity, who("s"));
  deepStrictEqual(context.originator, who("s"));
  strictEqual(context.forwardedFor, claim);
  strictEqual(context.internal, false);
  strictEqual(context.handlerIdentity, null);
  strictEqual(context.trusted, undefined);
  deepStrictEqual(context.metadata, {});
  strictEqual(context.abortPolicy, "abort-dependents");
  throws(() => Object.assign(context, { internal: true }), TypeError);
  throws(() => Object.assign(context, { trusted: true }), TypeError);
});

Deno.test("what a caller claims to ask for opens nothing", async () => {
  const dispatcher = dispatching([[operation("a.b", () => 1, needs("admin")), external]]);
  const forwardedFor = { id: "root", scopes: ["admin"], resources: {} };
  await rejects(
    dispatcher.call({ operation: "a/b", input: {}, identity: who(), forwardedFor }),
    { code: "ACCESS_DENIED" },
  );
  await rejects(
    dispatcher.call({ operation: "a/b", input: {}, identity: null, originator: forwardedFor }),
    { code: "ACCESS_DENIED" },
  );
});

Deno.test("an export rule's access counts besides the operation's own", async () => {
  const registration = {
    id: "fs.read",
    spec: operation("fs.read", () => 1, needs("own")),
    handler: () => 1,
    grants: external,
    access: [{ requiredScopes: ["own"] }, { requiredScopes: ["exported"] }],
  };
  const view = { external: () => registration, resolve: () => undefined };
  const dispatcher = dispatching([], { view });
  const call = (...scopes: string[]) =>
    dispatcher.call({ operation: "n/fs/read", input: {}, identity: who(...scopes) });
  await rejects(call("own"), { code: "ACCESS_DENIED" });
  await rejects(call("exported"), { code: "ACCESS_DENIED" });
  strictEqual(await call("own", "exported"), 1);
});

Deno.test("an output that does not fit is internal, and its value is withheld", async () => {
  const dispatcher = dispatching([
    [operation("a.b", () => "s3cret", { outputSchema: Type.Number() }), OPEN],
    [
      subscription("a.s", async function* () {
        yield "s3cret";
      }, { outputSchema: Type.Number() }),
      OPEN,
    ],
  ]);
  const expected = { code: "EXECUTION_ERROR", message: "internal error", details: undefined };
  await rejects(dispatcher.call({ operation: "a/b", input: {}, identity: null }), expected);
  const stream = await dispatcher.subscribe({ operation: "a/s", input: {}, identity: null });
  await rejects(stream.next(), expected);
  deepStrictEqual(await stream.next(), { done: true, value: undefined });
});

// call-protocol.md §19.1
const declared = {
  errorSchemas: [
    {
      code: "GONE",
      description: "",
      schema: { type: "object", properties: { at: { type: "number" } } },
    },
  ],
};
const failures: readonly [string, unknown, { code: string; message: string; details: unknown }][] =
  [
    [
      "an error with a secret in its text",
      new Error("s3cret", { cause: "s3cret" }),
      { code: "EXECUTION_ERROR", message: "internal error", details: undefined },
    ],
    ["a thrown string", "s3cret", {
      code: "EXECUTION_ERROR",
      message: "internal error",
      details: undefined,
    }],
    ["a declared error", new CallError("GONE", "it left", { at: 1 }), {
      code: "GONE",
      message: "it left",
      details: { at: 1 },
    }],
    ["a declared error with odd details", new CallError("GONE", "it left", { at: "x" }), {
      code: "GONE",
      message: "it left",
      details: undefined,
    }],
    ["an undeclared error", new CallError("ODD", "why", { secret: 1 }), {
      code: "EXECUTION_ERROR",
      message: "why",
      details: { code: "ODD" },
    }],
    ["an imported error", new CallError("HTTP_418", "tea"), {
      code: "HTTP_418",
      message: "tea",
      details: undefined,
    }],
    ["a declared code at the start of a text", new Error("GONE: nice try"), {
      code: "EXECUTION_ERROR",
      message: "internal error",
      details: undefined,
    }],
  ];
for (const [name, thrown, expected] of failures) {
  Deno.test(`${name} reaches the caller as ${expected.code}`, async () => {
    const dispatcher = dispatching([[
      operation("a.b", () => {
        throw thrown;
      }, declared),
      OPEN,
    ]]);
    await rejects(dispatcher.call({ operation: "a/b", input: {}, identity: null }), expected);
  });
}

Deno.test("the resource that a call touches decides, and cannot be left out", async () => {
  const access = { requiredScopes: [], resourceType: "box", resourceAction: "open" };
  const grants: Grants = { ...external, resourceIdPath: "$.box.id" };
  const asked: unknown[] = [];
  const dispatcher = dispatching([[operation("a.b", () => 1, { accessControl: access }), grants]], {
    ownership: {
      owns: (identity, resource) => {
        asked.push([identity.id, resource]);
        return resource.id === "mine";
      },
      ownsAny: () => true,
    },
  });
  const call = (input: unknown) => dispatcher.call({ operation: "a/b", input, identity: who() });
  strictEqual(await call({ box: { id: "mine" } }), 1);
  await rejects(call({ box: { id: "yours" } }), { code: "ACCESS_DENIED" });
  deepStrictEqual(asked[0], ["ann", { type: "box", id: "mine", action: "open" }]);
  for (const input of [{}, { box: {} }, { box: { id: 1 } }, { box: { id: "" } }, null]) {
    await rejects(call(input), { code: "VALIDATION_ERROR" });
  }
  strictEqual(asked.length, 2);
});

Deno.test("secrets are fetched once per admitted call, so that a new one counts at once", async () => {
  const seen: unknown[] = [];
  let secret = 0;
  const dispatcher = dispatching([[
    operation("a.b", (_input, { capabilities }) => void seen.push(capabilities?.get("api"))),
    { ...OPEN, capabilities: () => new Capabilities({ api: `key ${secret += 1}` }) },
  ]]);
  await dispatcher.call({ operation: "a/b", input: {}, identity: null });
  await dispatcher.call({ operation: "a/b", input: {}, identity: null });
  deepStrictEqual(seen, ["key 1", "key 2"]);
});

Deno.test("each call has an id of its own", async () => {
  const { granted, contexts } = spy();
  const dispatcher = dispatching([granted]);
  await dispatcher.call({ operation: "a/spy", input: {}, identity: null });
  await dispatcher.call({ operation: "a/spy", input: {}, identity: null });
  notStrictEqual(contexts[0]?.requestId, contexts[1]?.requestId);
});

Deno.test("an observer sees each admitted call of the tree, and how it ended", async () => {
  const seen: unknown[] = [];
  const dispatcher = dispatching([
    [
      operation("a.outer", async (_input, { invoke }) => {
        await invoke?.("a/inner", {});
      }),
      { ...OPEN, scopedEnv: { allowedOps: new Set(["a/inner"]) } },
    ],
    [
      operation("a.inner", () => {
        throw new CallError("TIMEOUT", "slow");
      }),
      {},
    ],
  ], {
    newId: () => "inner-id",
    observe: (call) => {
      seen.push([call.operation, call.requestId, call.parentRequestId, call.originator?.id]);
      return (error) => seen.push([call.operation, error?.code]);
    },
  });
  const request = { operation: "a/outer", input: {}, identity: who(), requestId: "outer-id" };
  await rejects(dispatcher.call(request), { code: "TIMEOUT" });
  await rejects(dispatcher.call({ ...request, operation: "a/none" }));
  deepStrictEqual(seen, [
    ["a.outer", "outer-id", undefined, "ann"],
    ["a.inner", "inner-id", "outer-id", "ann"],
    ["a.inner", "TIMEOUT"],
    ["a.outer", "TIMEOUT"],
  ]);
});

Deno.test("an observer that throws breaks no call", async () => {
  const observers: CallObserver[] = [
    () => {
      throw new Error("at the start");
    },
    () => () => {
      throw new Error("at the end");
    },
  ];
  for (const observe of observers) {
    const dispatcher = dispatching([[operation("a.b", () => 5), OPEN]], { observe });
    strictEqual(await dispatcher.call({ operation: "a/b", input: {}, identity: null }), 5);
  }
});
