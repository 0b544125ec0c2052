import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { deferred } from "../_deferred.ts";
import { dispatching, type Granted, OPEN, who } from "../_dispatch.ts";
import { manualClock } from "../_manual_clock.ts";
import { operation, subscription } from "../_operations.ts";
import { pair } from "./_pair.ts";
import { aborted, counting, echo, guarded, server, settle } from "./_session.ts";
import { createRateLimiter } from "./rate_limiter.ts";
import { createCallSession } from "./session.ts";

// call-protocol.md §16.1: caps of one connection.
Deno.test("more requests at once than allowed are refused; a handler that ignores its abort keeps its place", async () => {
  const gate = deferred();
  const { answered, request, event } = server(
    [[operation("a.stuck", () => gate.promise), OPEN]],
    { server: { limits: { inboundRequests: 2 } } },
  );
  request("1", "/a/stuck");
  request("2", "/a/stuck");
  await settle();
  event("call.aborted", "1");
  request("3", "/a/stuck");
  await settle();
  deepStrictEqual(answered, [{
    type: "call.error",
    id: "3",
    payload: {
      code: "RATE_LIMITED",
      message: "too many requests: of this connection at once",
      retryable: true,
      details: { retry_after: 1 },
    },
  }]);
  gate.resolve();
  await settle();
  request("4", "/a/stuck");
  await settle();
  strictEqual(answered.at(-1)?.type, "call.responded");
});

Deno.test("refused requests keep no place", async () => {
  let isFirst = true;
  const { answered, request } = server([guarded, echo], {
    // Each way to be refused: by the limiter, who sees the first request, then by the gates of dispatch.
    server: { limits: { inboundRequests: 1 }, rateLimiter: () => isFirst ? 1 : undefined },
  });
  for (const operationId of ["/a/echo", "/a/none", "/a/guarded", "/a/echo"]) {
    request(operationId, operationId);
    await settle();
    isFirst = false;
  }
  deepStrictEqual(answered.map(({ type }) => type), [
    "call.error",
    "call.error",
    "call.error",
    "call.responded",
  ]);
});

Deno.test("more subscriptions at once than allowed are refused", async () => {
  const wait: Granted = [
    subscription("a.wait", async function* (_input, context) {
      yield 1;
      await aborted(context);
    }),
    OPEN,
  ];
  const { answered, request, event } = server([wait, echo], {
    server: { limits: { inboundSubscriptions: 1 } },
  });
  request("1", "/a/wait");
  await settle();
  request("2", "/a/wait");
  request("3", "/a/echo");
  await settle();
  const code = (id: string) => answered.filter((frame) => frame.id === id).map(({ type }) => type);
  deepStrictEqual([code("2"), code("3")], [["call.error"], ["call.responded"]]);
  event("call.aborted", "1");
  await settle();
  request("4", "/a/wait");
  await settle();
  deepStrictEqual(code("4"), ["call.responded"]);
});

Deno.test("a caller past its rate is refused and told when to come again", async () => {
  const rateLimiter = createRateLimiter({ perSecond: 1, burst: 1, clock: manualClock() });
  const { client } = pair(dispatching([echo]), { server: { rateLimiter, identity: who() } });
  await client.call("/a/echo", 1);
  await rejects(client.call("/a/echo", 1), {
    code: "RATE_LIMITED",
    retryable: true,
    details: { retry_after: 1 },
  });
});

Deno.test("a slow transport makes producers pause, and a stuck one closes the connection", async () => {
  const clock = manualClock();
  const gates: (() => void)[] = [];
  let produced = 0;
  const closed: number[] = [];
  const session = createCallSession({
    send: () => new Promise((resolve) => gates.push(resolve)),
    close: (code) => void closed.push(code),
    clock,
    limits: { unsentBytes: 200 },
    dispatcher: dispatching([[
      subscription("a.many", async function* () {
        for (;;) yield `value ${produced += 1}`;
      }),
      OPEN,
    ]]),
  });
  session.receive('{"type":"call.requested","id":"1","payload":{"operationId":"/a/many"}}');
  await settle();
  const paused = produced;
  ok(paused < 10, `produced ${paused}`);
  for (const go of gates.splice(0)) go();
  await settle();
  ok(produced > paused);
  clock.advance(30_000);
  deepStrictEqual(closed, [1013]);
  strictEqual(session.inboundCount, 0);
});

Deno.test("behind a peer that knows no credit, who falls behind loses that subscription alone", async () => {
  const sent: Record<string, unknown>[] = [];
  const { server, client } = pair(dispatching([counting("a.many", 1000), echo]), {
    client: {
      limits: { bufferedValues: 10 },
      send: (frame) => {
        sent.push(JSON.parse(frame));
        server.receive(frame.replace(/,"credit":\d+/, ""));
      },
    },
  });
  const stream = client.subscribe("/a/many", {});
  await stream.next();
  strictEqual(await client.call("/a/echo", 1), 1);
  await settle();
  const values: unknown[] = [];
  await rejects(async () => {
    for await (const value of stream) values.push(value);
  }, { code: "OVERFLOW" });
  strictEqual(values.length, 10);
  ok(sent.some(({ type }) => type === "call.aborted"));
});

Deno.test("a transport that takes something, if slowly, is not stuck", async () => {
  const clock = manualClock();
  const gates: (() => void)[] = [];
  const closed: number[] = [];
  const session = createCallSession({
    send: () => new Promise((resolve) => gates.push(resolve)),
    close: (code) => void closed.push(code),
    clock,
    limits: { unsentBytes: 1 },
    dispatcher: dispatching([echo]),
  });
  for (const id of ["1", "2", "3"]) session.receive(requestFrame(id));
  await settle();
  clock.advance(20_000);
  gates.shift()?.();
  await settle();
  clock.advance(20_000);
  deepStrictEqual(closed, []);
  clock.advance(10_000);
  deepStrictEqual(closed, [1013]);
});

Deno.test("answers that nobody takes close the connection before they fill the memory", async () => {
  const closed: number[] = [];
  let frames = 0;
  const session = createCallSession({
    send: () => {
      frames += 1;
      return new Promise(() => {});
    },
    close: (code) => void closed.push(code),
    clock: manualClock(),
    limits: { maxUnsentBytes: 1000 },
    dispatcher: dispatching([echo]),
  });
  for (let index = 0; index < 100; index++) {
    session.receive(requestFrame(String(index), "x".repeat(100)));
    await settle();
  }
  deepStrictEqual(closed, [1013]);
  ok(frames < 10, `${frames} frames`);
});

Deno.test("a failure that no frame has room for is told by its code", async () => {
  const inputSchema = Type.Object({ a: Type.String(), b: Type.String() });
  const { answered, request } = server([[operation("a.b", () => 1, { inputSchema }), OPEN]], {
    server: { limits: { frameBytes: 164, idBytes: 2 } },
  });
  request("1", "/a/b");
  await settle();
  const payload = { code: "INVALID_INPUT", message: "", retryable: false };
  deepStrictEqual(answered, [{ type: "call.error", id: "1", payload }]);
});

function requestFrame(id: string, input: unknown = {}): string {
  return JSON.stringify({
    type: "call.requested",
    id,
    payload: { operationId: "/a/echo", input },
  });
}
