import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import type { Cancellations } from "../ports.ts";
import { type Answered, send, serving } from "./_serving_testing.ts";

const ANN = { authorization: "Bearer token-of-ann" };
const BOB = { authorization: "Bearer token-of-bob" };

function wait(url: string, headers: Record<string, string>, id: number): Promise<Answered> {
  const params = { name: "call", arguments: { operation: "test/wait" } };
  return send(url, JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params }), headers);
}

function giveUp(url: string, headers: Record<string, string>, requestId: unknown) {
  const method = "notifications/cancelled";
  return send(url, JSON.stringify({ jsonrpc: "2.0", method, params: { requestId } }), headers);
}

Deno.test("a call that its client gives up is aborted, and not answered", async () => {
  await using hub = serving();
  const client = { ...ANN, "mcp-session-id": "s1" };
  const answer = wait(hub.url, client, 5);
  await until(() => hub.waiting.size === 1, { what: "the call to run" });
  strictEqual((await giveUp(hub.url, client, 5)).status, 202);
  const { status, text } = await answer;
  deepStrictEqual([status, text, hub.aborted], [202, "", ["ann"]]);
});

const OTHERS = [
  ["another id", { ...ANN, "mcp-session-id": "s1" }, 6],
  ["an id that is a text", { ...ANN, "mcp-session-id": "s1" }, "5"],
  ["no id", { ...ANN, "mcp-session-id": "s1" }, undefined],
  ["the id of another client's call", { ...ANN, "mcp-session-id": "s2" }, 5],
  ["a client without a session", ANN, 5],
  ["somebody else, with the client's session", { ...BOB, "mcp-session-id": "s1" }, 5],
] as const;

for (const [what, headers, id] of OTHERS) {
  Deno.test(`a call goes on when ${what} is given up`, async () => {
    await using hub = serving();
    const answer = wait(hub.url, { ...ANN, "mcp-session-id": "s1" }, 5);
    const running = await until(() => [...hub.waiting][0], { what: "the call to run" });
    strictEqual((await giveUp(hub.url, headers, id)).status, 202);
    running.release();
    const { body } = await answer;
    deepStrictEqual(body.result.structuredContent, { isDone: true });
    deepStrictEqual(hub.aborted, []);
  });
}

Deno.test("clients that cannot be told apart give up nothing of each other's", async () => {
  await using hub = serving();
  const answer = wait(hub.url, ANN, 5);
  const running = await until(() => [...hub.waiting][0], { what: "the call to run" });
  await giveUp(hub.url, ANN, 5);
  running.release();
  deepStrictEqual((await answer).body.result.structuredContent, { isDone: true });
});

Deno.test("a call that is over can be given up without harm", async () => {
  await using hub = serving();
  const client = { ...ANN, "mcp-session-id": "s1" };
  const answer = wait(hub.url, client, 5);
  (await until(() => [...hub.waiting][0], { what: "the call to run" })).release();
  await answer;
  strictEqual((await giveUp(hub.url, client, 5)).status, 202);
});

/** Tells over NATS, as the nodes of a hub do. */
async function overNats(): Promise<Cancellations & AsyncDisposable> {
  const { bus, ...rest } = await testBus();
  const subject = `${bus.realm}.test.cancelled`;
  return {
    tell: (key) => bus.connection.publish(subject, key),
    onTold(listener) {
      const subscription = bus.connection.subscribe(subject, {
        callback: (_error, message) => listener(message.string()),
      });
      return () => subscription.unsubscribe();
    },
    ...rest,
  };
}

Deno.test("a call is aborted when its client's word comes to another node", async () => {
  await using cancellations = await overNats();
  await using here = serving({ cancellations });
  await using there = serving({ cancellations });
  const client = { ...ANN, "mcp-session-id": "s1" };
  const answer = wait(here.url, client, 5);
  await until(() => here.waiting.size === 1, { what: "the call to run" });
  await giveUp(there.url, client, 5);
  strictEqual((await answer).status, 202);
  deepStrictEqual(here.aborted, ["ann"]);
});

Deno.test("a connection that is closed aborts its call, in every revision", async () => {
  await using hub = serving();
  const gone = new AbortController();
  const params = { name: "call", arguments: { operation: "test/wait" } };
  const request = fetch(hub.url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    headers: { ...ANN, "content-type": "application/json" },
    signal: gone.signal,
  });
  await until(() => hub.waiting.size === 1, { what: "the call to run" });
  gone.abort();
  ok(await request.then(() => false, () => true));
  await until(() => hub.aborted.length === 1, { what: "the call to be aborted" });
  await until(() => hub.bridge.size === 0, { what: "the request to be over" });
});
