import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { deferred } from "../_deferred.ts";
import { dispatching, OPEN } from "../_dispatch.ts";
import { operation } from "../_operations.ts";
import { CallError } from "../error.ts";
import { pair } from "./_pair.ts";
import { aborted, echo, settle } from "./_session.ts";
import { createCallSession } from "./session.ts";

Deno.test("an output that cannot be written is internal", async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const { client } = pair(
    dispatching([
      [operation("a.cyclic", () => cyclic), OPEN],
      [operation("a.large", () => "x".repeat(2000)), OPEN],
    ]),
    { server: { limits: { frameBytes: 1000 } } },
  );
  await rejects(client.call("/a/cyclic", {}), { code: "EXECUTION_ERROR" });
  await rejects(client.call("/a/large", {}), { code: "EXECUTION_ERROR" });
});

Deno.test("an input that cannot be sent fails here, and nothing is sent", async () => {
  const { client, sent } = pair(dispatching([echo]), { client: { limits: { frameBytes: 1000 } } });
  await rejects(client.call("/a/echo", "x".repeat(2000)), { code: "VALIDATION_ERROR" });
  await rejects(client.call("/a/echo", 1n), { code: "VALIDATION_ERROR" });
  await rejects(client.call("no name", 1), RangeError);
  deepStrictEqual([sent.length, client.outboundCount], [0, 0]);
});

Deno.test("a frame past the protocol closes the connection, and ends everything on it", async () => {
  const { client, server, closed } = pair(
    dispatching([[operation("a.wait", (_input, context) => aborted(context)), OPEN]]),
  );
  const call = client.call("/a/wait", {});
  client.receive("nonsense");
  client.receive("more");
  await rejects(call, { code: "EXECUTION_ERROR", message: "connection closed", retryable: false });
  deepStrictEqual(closed, [1002]);
  server.end();
  await settle();
  strictEqual(server.inboundCount, 0);
});

Deno.test("an answer that breaks a bound fails its call, and the connection stays", async () => {
  const frames: string[] = [];
  const closed: number[] = [];
  const session = createCallSession({
    send: (frame) => void frames.push(frame),
    close: (code) => void closed.push(code),
  });
  const call = session.call("/a/b", {});
  const { id } = JSON.parse(frames[0] ?? "{}");
  session.receive(
    `{"type":"call.responded","id":"${id}","payload":{"output":${"[".repeat(80)}${
      "]".repeat(80)
    }}}`,
  );
  await rejects(call, { code: "EXECUTION_ERROR" });
  deepStrictEqual(closed, []);
});

Deno.test("the end of a connection fails what waits, stops what runs, and lets nothing begin", async () => {
  const stopped = deferred();
  const { client, server, sent } = pair(dispatching([[
    operation("a.wait", async (_input, context) => {
      await aborted(context);
      stopped.resolve();
    }),
    OPEN,
  ]]));
  const call = client.call("/a/wait", {});
  const stream = client.subscribe("/a/wait", {});
  await settle();
  client.end();
  server.end();
  await stopped.promise;
  const lost = {
    code: "EXECUTION_ERROR",
    message: "connection closed",
    details: { reason: "connection_closed" },
  };
  await rejects(call, lost);
  await rejects(stream.next(), lost);
  await rejects(client.call("/a/wait", {}), lost);
  strictEqual(sent.length, 1);
});

Deno.test("a draining session refuses requests, retryably, and finishes what runs", async () => {
  const gate = deferred();
  const { client, server } = pair(
    dispatching([[operation("a.slow", () => gate.promise.then(() => 1)), OPEN], echo]),
  );
  const running = client.call("/a/slow", {});
  server.drain();
  await rejects(client.call("/a/echo", 1), {
    code: "EXECUTION_ERROR",
    retryable: true,
    details: { reason: "draining" },
  });
  gate.resolve();
  strictEqual(await running, 1);
});

Deno.test("a session without a dispatcher has no operations", async () => {
  const { client } = pair(undefined);
  await rejects(client.call("/a/b", {}), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("a declared error travels with its details; an undeclared one becomes internal here", async () => {
  const { client } = pair(dispatching([[
    operation("a.fail", () => {
      throw new CallError("GONE", "it left", { at: 1 }, { retryable: true });
    }, { errorSchemas: [{ code: "GONE", description: "", schema: {} }] }),
    OPEN,
  ]]));
  await rejects(client.call("/a/fail", {}, { declared: ["GONE"] }), {
    code: "GONE",
    message: "it left",
    details: { at: 1 },
    retryable: true,
  });
  await rejects(client.call("/a/fail", {}), {
    code: "EXECUTION_ERROR",
    details: { code: "GONE" },
    retryable: false,
  });
});

Deno.test("a secret in an error never reaches the wire", async () => {
  const secret = "hunter2";
  const { client, answered } = pair(dispatching([[
    operation("a.fail", () => {
      throw new Error(secret, { cause: new Error(secret) });
    }),
    OPEN,
  ]]));
  await rejects(client.call("/a/fail", {}), { code: "EXECUTION_ERROR" });
  ok(!JSON.stringify(answered).includes(secret));
  deepStrictEqual(answered[0]?.payload, {
    code: "INTERNAL",
    message: "internal error",
    retryable: false,
  });
});

Deno.test("events of an unknown type are ignored", async () => {
  const { client, closed } = pair(dispatching([echo]));
  client.receive(JSON.stringify({ type: "call.paused", id: "1", payload: {} }));
  strictEqual(await client.call("/a/echo", 1), 1);
  deepStrictEqual(closed, []);
});
