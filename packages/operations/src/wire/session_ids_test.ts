import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { deferred } from "../_deferred.ts";
import { dispatching, type Granted, OPEN } from "../_dispatch.ts";
import { manualClock } from "../_manual_clock.ts";
import { operation, subscription } from "../_operations.ts";
import { CallError } from "../error.ts";
import { pair } from "./_pair.ts";
import { aborted, server, settle } from "./_session.ts";
import { createCallSession } from "./session.ts";

Deno.test("an id that is running is refused, and its request goes on", async () => {
  const gate = deferred();
  const { answered, request } = server([[
    operation("a.slow", () => gate.promise.then(() => "done")),
    OPEN,
  ]]);
  request("1", "/a/slow");
  request("1", "/a/slow");
  request("1", "no name");
  await settle();
  deepStrictEqual(answered.map(({ payload }) => Reflect.get(Object(payload), "code")), [
    "INVALID_INPUT",
    "INVALID_INPUT",
  ]);
  gate.resolve();
  await settle();
  deepStrictEqual(answered[2], { type: "call.responded", id: "1", payload: { output: "done" } });
});

Deno.test("an id under which this side waits for an answer is refused, and goes on being waited for", async () => {
  const frames: { type: string; id: string; payload: { code?: string } }[] = [];
  const session = createCallSession({
    send: (frame) => void frames.push(JSON.parse(frame)),
    close: () => {},
    dispatcher: dispatching([[operation("a.b", () => "run"), OPEN]]),
  });
  const call = session.call("/a/b", {});
  const { id = "" } = frames[0] ?? {};
  const say = (type: string, payload: object) =>
    session.receive(JSON.stringify({ type, id, payload }));
  say("call.requested", { operationId: "/a/b" });
  await settle();
  deepStrictEqual(frames.slice(1).map(({ type, payload }) => [type, payload.code]), [
    ["call.error", "INVALID_INPUT"],
  ]);
  say("call.responded", { output: "answered" });
  strictEqual(await call, "answered");
  // Nobody waits any more: the id is the peer's to use.
  say("call.requested", { operationId: "/a/b" });
  await settle();
  deepStrictEqual(frames.at(-1), { type: "call.responded", id, payload: { output: "run" } });
});

Deno.test("an answer counts on the connection that it was asked on, and nowhere else", async () => {
  const frames: string[][] = [[], []];
  const [one, two] = [0, 1].map((index) =>
    createCallSession({ send: (frame) => void frames[index]?.push(frame), close: () => {} })
  );
  ok(one !== undefined && two !== undefined);
  const asked = one.call("/a/b", {});
  const { id } = JSON.parse(frames[0]?.[0] ?? "{}");
  const answer = (output: string) =>
    JSON.stringify({ type: "call.responded", id, payload: { output } });
  two.receive(answer("forged"));
  strictEqual(one.outboundCount, 1);
  one.receive(answer("true"));
  one.receive(answer("late"));
  strictEqual(await asked, "true");
});

Deno.test("a plain call tolerates a stray completed after its answer", async () => {
  const frames: string[] = [];
  const session = createCallSession({ send: (frame) => void frames.push(frame), close: () => {} });
  const call = session.call("/a/b", {});
  const { id } = JSON.parse(frames[0] ?? "{}");
  session.receive(JSON.stringify({ type: "call.responded", id, payload: { output: 1 } }));
  session.receive(JSON.stringify({ type: "call.completed", id, payload: {} }));
  strictEqual(await call, 1);
});

Deno.test("an abort stops the handler, and nothing more is said", async () => {
  const stopped = deferred();
  const { server: session, answered, request, event } = server([[
    operation("a.wait", async (_input, context) => {
      await aborted(context);
      stopped.resolve();
    }),
    OPEN,
  ]]);
  event("call.aborted", "never-seen");
  request("1", "/a/wait");
  await settle();
  event("call.aborted", "1");
  await stopped.promise;
  await settle();
  deepStrictEqual(answered, []);
  strictEqual(session.inboundCount, 0);
});

Deno.test("leaving a subscription, and a caller's signal, abort at the other end", async () => {
  const stops: string[] = [];
  const wait = (id: string): Granted => [
    subscription(id, async function* (_input, context) {
      yield 1;
      await aborted(context);
      stops.push(id);
    }),
    OPEN,
  ];
  const { client, sent } = pair(dispatching([wait("a.one"), wait("a.two")]));
  for await (const value of client.subscribe("/a/one", {})) {
    strictEqual(value, 1);
    break;
  }
  const controller = new AbortController();
  const stream = client.subscribe("/a/two", {}, { signal: controller.signal });
  strictEqual((await stream.next()).value, 1);
  controller.abort();
  await rejects(stream.next(), { code: "ABORTED" });
  await settle();
  deepStrictEqual(stops, ["a.one", "a.two"]);
  deepStrictEqual(sent.map(({ type }) => type), [
    "call.requested",
    "call.aborted",
    "call.requested",
    "call.aborted",
  ]);
  strictEqual(client.outboundCount, 0);
});

Deno.test("a caller's signal aborts its call", async () => {
  const { client, sent } = pair(
    dispatching([[operation("a.wait", (_input, context) => aborted(context)), OPEN]]),
  );
  const controller = new AbortController();
  const call = client.call("/a/wait", {}, { signal: controller.signal });
  controller.abort();
  await rejects(call, { code: "ABORTED" });
  await rejects(client.call("/a/wait", {}, { signal: AbortSignal.abort() }), { code: "ABORTED" });
  deepStrictEqual(sent.map(({ type }) => type), [
    "call.requested",
    "call.aborted",
    "call.requested",
    "call.aborted",
  ]);
});

Deno.test("a call that the peer does not answer in time is given up, and the peer told", async () => {
  const clock = manualClock();
  const frames: { type: string }[] = [];
  const session = createCallSession({
    send: (frame) => void frames.push(JSON.parse(frame)),
    close: () => {},
    clock,
  });
  const call = session.call("/a/b", {}, { timeoutMs: 10 });
  clock.advance(10);
  await rejects(call, { code: "TIMEOUT", retryable: true });
  deepStrictEqual(frames.map(({ type }) => type), ["call.requested", "call.aborted"]);
});

Deno.test("what this side gives up itself is told: a timeout as an error, any other abort as the event", async () => {
  const clock = manualClock();
  const { client, answered } = pair(dispatching([
    [operation("a.slow", (_input, context) => aborted(context)), OPEN],
    [
      operation("a.gone", () => {
        throw new CallError("ABORTED", "gone");
      }),
      OPEN,
    ],
  ], { clock }));
  const slow = client.call("/a/slow", {});
  await settle();
  clock.advance(30_000);
  await rejects(slow, { code: "TIMEOUT" });
  await rejects(client.call("/a/gone", {}), { code: "ABORTED" });
  deepStrictEqual(answered.map(({ type }) => type), ["call.error", "call.aborted"]);
});
