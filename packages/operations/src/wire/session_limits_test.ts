import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
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
  const { answered, request } = server([guarded, echo], {
    server: { limits: { inboundRequests: 1 } },
  });
  for (const operationId of ["/a/none", "/a/guarded", "/a/echo"]) {
    request(operationId, operationId);
    await settle();
  }
  deepStrictEqual(answered.map(({ type }) => type), ["call.error", "call.error", "call.responded"]);
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

Deno.test("a consumer that falls behind loses its subscription, with an error, and no other", async () => {
  const { client, sent } = pair(dispatching([counting("a.many", 1000), echo]), {
    client: { limits: { bufferedValues: 10 } },
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
