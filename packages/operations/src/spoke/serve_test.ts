import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { z } from "zod";
import { monotonicClock, systemClock } from "../clock.ts";
import { CallError } from "../error.ts";
import type { Identity } from "../identity.ts";
import { OperationType } from "../types.ts";
import { operation } from "./operation.ts";
import type { Remote } from "./remote.ts";
import { serve, type ServeOptions } from "./serve.ts";

const HUB: Identity = { id: "hub", scopes: [] };
const offline = (): Remote => {
  throw new Error("there is no connection in this test");
};
const serving = (operations: ServeOptions["operations"], hubScopes?: readonly string[]) =>
  serve({ operations, hubScopes, clock: systemClock, remote: offline });
const open = operation({ name: "a/open", handler: () => 1 });
const guarded = operation({ name: "a/guarded", scopes: ["s"], handler: () => 2 });
const named = (listed: unknown) =>
  Array.from(Object(listed).operations, (entry) => Object(entry).name);

Deno.test("serve() lists what the hub may call, and not the discovery itself", async () => {
  const { dispatcher } = await serving([open, guarded]);
  const list = (...scopes: string[]) =>
    dispatcher.call({ operation: "/services/list", input: {}, identity: { id: "hub", scopes } });
  deepStrictEqual(named(await list()), ["a/open"]);
  deepStrictEqual(named(await list("s")), ["a/open", "a/guarded"]);
  deepStrictEqual(await list(), {
    operations: [{ name: "a/open", namespace: "a", op_type: "mutation" }],
  });
});

Deno.test("serve() tells whole specifications where they are wished for", async () => {
  const { dispatcher } = await serving([open]);
  const answer = await dispatcher.call({
    ...{ operation: "/services/list", input: { schemas: true }, identity: HUB },
  });
  const spec = await dispatcher.call({
    ...{ operation: "/services/schema", input: { name: "/a/open" }, identity: HUB },
  });
  deepStrictEqual(answer, { operations: [spec] });
  strictEqual(Object(spec).visibility, "external");
});

Deno.test("serve() tells names alone where specifications would not fit into a frame", async () => {
  const long = "x".repeat(60_000);
  const many = Array.from(
    { length: 20 },
    (_, at) =>
      operation({ name: `a/b${at}`, input: Type.Object({}, { title: long }), handler: () => at }),
  );
  const { dispatcher } = await serving(many);
  const answer = await dispatcher.call({
    ...{ operation: "/services/list", input: { schemas: true }, identity: HUB },
  });
  strictEqual(named(answer).length, 20);
  ok(JSON.stringify(answer).length < 10_000);
});

Deno.test("serve() keeps the specification of what the hub may not call", async () => {
  const { dispatcher } = await serving([guarded]);
  const ask = (name: string) =>
    dispatcher.call({ operation: "/services/schema", input: { name }, identity: HUB });
  await rejects(ask("a/guarded"), { code: "ACCESS_DENIED" });
  await rejects(ask("a/none"), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("serve() takes the hub for somebody who may do all that is asked for, unless told", async () => {
  const resourceful = {
    ...{ namespace: "a", name: "res", version: "1.0.0", type: OperationType.QUERY },
    ...{ description: "", inputSchema: Type.Object({}), outputSchema: Type.Unknown() },
    accessControl: { requiredScopes: ["t"], resourceType: "file", resourceAction: "read" },
    handler: () => 3,
  };
  const { hub, dispatcher } = await serving([guarded, resourceful]);
  deepStrictEqual(hub, { id: "hub", scopes: ["s", "t"], resources: { file: ["read"] } });
  strictEqual(await dispatcher.call({ operation: "/a/res", input: {}, identity: hub }), 3);
  deepStrictEqual((await serving([guarded], ["other"])).hub.scopes, ["other"]);
});

Deno.test("serve() gives handlers what their schema made of the input", async () => {
  const twice = operation({
    name: "a/twice",
    input: z.object({ text: z.string().transform((text) => text.length) }),
    output: z.number().transform((n) => `${n}`),
    handler: ({ text }) => text * 2,
  });
  const { dispatcher } = await serving([twice]);
  const call = (input: unknown) => dispatcher.call({ operation: "/a/twice", input, identity: HUB });
  await rejects(call({ text: 7 }), { code: "VALIDATION_ERROR" });
  await rejects(call({ text: "abc" }), { code: "EXECUTION_ERROR" });
});

Deno.test("serve() gives a handler's calls the time that its own has left, whatever is done to the clock", async () => {
  const left: unknown[] = [];
  const remote = (): Remote => ({
    subscribe: () => {
      throw new Error("nobody subscribes in this test");
    },
    call(_operation, _input, options) {
      left.push(options?.timeoutMs);
      return Promise.resolve();
    },
  });
  const { now } = Date;
  const asking = operation({
    name: "a/ask",
    async handler(_input, { call }) {
      for (const ms of [0, 3_600_000, -3_600_000]) {
        Date.now = () => now() + ms;
        await call("/b/c", {});
      }
    },
  });
  const { dispatcher } = await serve({ operations: [asking], clock: monotonicClock, remote });
  try {
    await dispatcher.call({ operation: "/a/ask", input: {}, identity: HUB, timeoutMs: 60_000 });
  } finally {
    Date.now = now;
  }
  strictEqual(left.length, 3);
  for (const ms of left) ok(typeof ms === "number" && ms > 30_000 && ms <= 60_001, `${ms}`);
});

Deno.test("serve() streams what a function gives that is no generator itself", async () => {
  async function* three() {
    yield* [1, 2, 3];
  }
  const indirect = operation({ name: "a/s", type: "subscription", handler: () => three() });
  const wrong = operation({ name: "a/w", type: "subscription", handler: () => 7 });
  const { dispatcher } = await serving([indirect, wrong]);
  const values = [];
  const stream = await dispatcher.subscribe({ operation: "/a/s", input: {}, identity: HUB });
  for await (const value of stream) values.push(value);
  deepStrictEqual(values, [1, 2, 3]);
  const failing = await dispatcher.subscribe({ operation: "/a/w", input: {}, identity: HUB });
  await rejects(failing.next(), { code: "EXECUTION_ERROR" });
});

Deno.test("serve() tells handlers whom the hub asks for, and what they may throw", async () => {
  const who = operation({
    name: "a/who",
    errors: [{ code: "NOBODY", description: "", schema: {} }],
    handler: (_input, { caller }) => {
      if (caller === null) throw new CallError("NOBODY", "nobody asks");
      return caller.id;
    },
  });
  const { dispatcher } = await serving([who]);
  const forwardedFor = { id: "ann", scopes: [] };
  const request = { operation: "/a/who", input: {}, identity: HUB };
  strictEqual(await dispatcher.call({ ...request, forwardedFor }), "ann");
  await rejects(dispatcher.call(request), { code: "NOBODY" });
});

const REFUSED = [
  ["a name that stands twice", [open, open], /stands twice/],
  [
    "a name of the protocol's own",
    [operation({ name: "services/list", handler: () => 1 })],
    /belongs/,
  ],
] as const;
for (const [what, operations, message] of REFUSED) {
  Deno.test(`serve() refuses ${what}`, async () => {
    await rejects(serving(operations), { name: "TypeError", message });
  });
}
