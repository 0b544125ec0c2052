import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { deferred } from "../_deferred.ts";
import { dispatching, OPEN } from "../_dispatch.ts";
import { manualClock } from "../_manual_clock.ts";
import { operation } from "../_operations.ts";
import type { Identity } from "../identity.ts";
import { pair } from "./_pair.ts";
import { collect, counting, echo, guarded, hidden, server, settle } from "./_session.ts";
import { createCallSession } from "./session.ts";
import type { CallSession } from "./session_types.ts";

Deno.test("a call goes out, is answered once, and nothing waits afterwards", async () => {
  const { client, server, sent, answered } = pair(dispatching([echo]));
  strictEqual(await client.call("/a/echo", "x"), "x");
  strictEqual(await client.call("a/echo", undefined) instanceof Object, true);
  strictEqual(sent.length, 2);
  deepStrictEqual(answered.map(({ type }) => type), ["call.responded", "call.responded"]);
  await settle();
  deepStrictEqual([client.outboundCount, server.inboundCount], [0, 0]);
});

Deno.test("a subscription gives its values in order, and completes", async () => {
  const { client, answered } = pair(dispatching([counting("a.count", 100)]));
  deepStrictEqual(
    await collect(client.subscribe("/a/count", {})),
    Array.from({ length: 100 }, (_, index) => index),
  );
  strictEqual(answered.at(-1)?.type, "call.completed");
});

Deno.test("an internal and an unknown operation answer alike, byte for byte", async () => {
  const { answered, request } = server([hidden]);
  request("1", "/a/hidden");
  request("2", "/a/unknown");
  request("3", "not a name");
  await settle();
  const texts = answered.map((frame) => JSON.stringify({ ...frame, id: "" }));
  strictEqual(new Set(texts).size, 1);
  deepStrictEqual(answered[0]?.payload, {
    code: "NOT_FOUND",
    message: "operation not found",
    retryable: false,
  });
});

// call-protocol.md §6 and §20.2–5: whose rights count.
const ann: Identity = { id: "ann", scopes: ["s"] };
const resolveToken = (token: string) => token === "good" ? { id: "bob", scopes: ["s"] } : null;
const credentials: readonly [
  name: string,
  connection: Identity | null,
  payload: object,
  badToken: "fall-back" | "refuse" | undefined,
  expected: unknown,
][] = [
  ["nobody", null, {}, "fall-back", "FORBIDDEN"],
  ["the connection's identity", ann, {}, "fall-back", "ann"],
  ["a good token instead of it", ann, { auth_token: "good" }, "fall-back", "bob"],
  ["a good token of nobody's connection", null, { auth_token: "good" }, "refuse", "bob"],
  ["a bad token falls back", ann, { auth_token: "bad" }, "fall-back", "ann"],
  ["a bad token falls back where nothing is said", ann, { auth_token: "bad" }, undefined, "ann"],
  ["a bad token refuses where it has to", ann, { auth_token: "bad" }, "refuse", "FORBIDDEN"],
  ["a token that is none", ann, { auth_token: 5 }, "refuse", "FORBIDDEN"],
  ["a claim", null, { forwarded_for: ann }, "fall-back", "FORBIDDEN"],
  [
    "a written identity",
    null,
    { identity: ann, trusted: true, internal: true },
    "fall-back",
    "FORBIDDEN",
  ],
];
for (const [name, identity, payload, badToken, expected] of credentials) {
  Deno.test(`a request counts by ${name}: ${expected}`, async () => {
    const { answered, request } = server([guarded], {
      server: { identity, resolveToken, ...(badToken === undefined ? {} : { badToken }) },
    });
    request("1", "/a/guarded", payload);
    await settle();
    const answer: unknown = answered[0]?.payload;
    ok(typeof answer === "object" && answer !== null);
    strictEqual("output" in answer ? answer.output : Reflect.get(answer, "code"), expected);
  });
}

Deno.test("a token counts for its request alone", async () => {
  const { client } = pair(dispatching([guarded]), { server: { resolveToken } });
  strictEqual(await client.call("/a/guarded", {}, { authToken: "good" }), "bob");
  await rejects(client.call("/a/guarded", {}), { code: "ACCESS_DENIED", message: "access denied" });
});

Deno.test("too many bad tokens close the connection", async () => {
  const { request, closed } = server([echo], {
    server: { resolveToken, limits: { failedTokens: 2 } },
  });
  for (const id of ["1", "2", "3"]) request(id, "/a/echo", { auth_token: "bad" });
  await settle();
  deepStrictEqual(closed, [4401]);
});

Deno.test("requests of one connection run side by side, and a handler may call back", async () => {
  const gate = deferred();
  const client: { session?: CallSession } = {};
  const serving = dispatching([
    [operation("a.slow", () => gate.promise), OPEN],
    [operation("a.back", async () => await client.session?.call("/b/name", {})), OPEN],
    echo,
  ]);
  const calling = dispatching([[operation("b.name", () => "client"), OPEN]]);
  const joined = pair(serving, { client: { dispatcher: calling } });
  client.session = joined.server;
  const slow = joined.client.call("/a/slow", {});
  strictEqual(await joined.client.call("/a/echo", 1), 1);
  strictEqual(await joined.client.call("/a/back", {}), "client");
  gate.resolve();
  strictEqual(await slow, null);
});

Deno.test("a call whose time somebody keeps has no timer of its own, and tells the time all the same", async () => {
  const clock = manualClock();
  const sent: { type: string; payload: { timeout_ms?: number } }[] = [];
  const client = createCallSession({
    send: (frame) => void sent.push(JSON.parse(frame)),
    close: () => {},
    clock,
  });
  const controller = new AbortController();
  const options = { timeoutMs: 50, signal: controller.signal, isTimed: true };
  const call = client.call("/a/op", {}, options);
  clock.advance(1_000);
  strictEqual(sent[0]?.payload.timeout_ms, 50);
  strictEqual(client.outboundCount, 1);
  controller.abort();
  await rejects(call, { code: "ABORTED" });
  strictEqual(sent[1]?.type, "call.aborted");
});
