import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import type { Caller, Renewed } from "../ports.ts";
import { ask, type Gateway, listening, told } from "./_gateway_testing.ts";

/** Begins a subscription. */
function subscribe(gateway: Gateway, operation: string, about: {
  readonly input?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
} = {}): Promise<Response> {
  const { input = {}, ...options } = about;
  return ask(gateway, "/subscribe", { body: { operation, input }, ...options });
}

/** Connects without reading anything but the head of the answer. */
async function connectIdle(gateway: Gateway, operation: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: gateway.port });
  const body = JSON.stringify({ operation });
  await connection.write(
    new TextEncoder().encode(
      [
        ...["POST /subscribe HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer token-of-ann"],
        ...["Content-Type: application/json", `Content-Length: ${body.length}`, "", body],
      ].join("\r\n"),
    ),
  );
  return connection;
}

Deno.test("/subscribe gives each value as an event, and says when it was the last one", async () => {
  await using gateway = listening();
  const response = await subscribe(gateway, "/test/numbers", { input: { to: 3 } });
  strictEqual(response.status, 200);
  strictEqual(response.headers.get("content-type"), "text/event-stream");
  // Whatever is on the way neither keeps it nor waits for more, and nothing compresses it.
  const about = ["cache-control", "x-accel-buffering", "content-encoding"];
  deepStrictEqual(about.map((name) => response.headers.get(name)), [
    ...["no-store, no-transform", "no", null],
  ]);
  ok(response.headers.get("x-request-id") !== null);
  strictEqual(
    await response.text(),
    "data: 0\n\ndata: 1\n\ndata: 2\n\nevent: completed\ndata: {}\n\n",
  );
  await until(() => gateway.bridge.size === 0, { what: "the stream to be forgotten" });
});

Deno.test("a failure in the middle of a stream is its last event", async () => {
  await using gateway = listening();
  const response = await subscribe(gateway, "/test/numbers", { input: { to: 1, fail: true } });
  const [, error = ""] = (await response.text()).split("\n\n");
  match(error, /^event: error\ndata: \{/);
  strictEqual(JSON.parse(error.split("data: ")[1] ?? "").code, "INTERNAL");
});

for (
  const [what, operation, input, status] of [
    ["a query", "/test/whoami", {}, 400],
    ["an unknown operation", "/no/such", {}, 404],
    ["input that does not fit", "/test/numbers", { to: "x" }, 422],
    ["a stream that fails at once", "/test/numbers", { to: 0, fail: true }, 500],
  ] as const
) {
  Deno.test(`gateway.md 2.7: /subscribe to ${what} is refused with ${status}, as JSON`, async () => {
    await using gateway = listening();
    const answer = await told(subscribe(gateway, operation, { input }));
    strictEqual(answer.status, status);
    strictEqual(typeof answer.body.code, "string");
    await until(() => gateway.bridge.size === 0, { what: "the request to be forgotten" });
  });
}

Deno.test("callers without identity have no streams", async () => {
  await using gateway = listening();
  const body = { operation: "/test/numbers", input: { to: 1 } };
  strictEqual((await told(ask(gateway, "/subscribe", { body, token: null }))).status, 429);
});

Deno.test("where items have a position it is their id, and Last-Event-ID goes on after it", async () => {
  await using gateway = listening();
  const first = await subscribe(gateway, "/test/count", { input: { to: 2 } });
  match(await first.text(), /^id: 1\ndata: \{"position":"1"\}\n\nid: 2\n/);
  const headers = { "last-event-id": "2" };
  const second = await subscribe(gateway, "/test/count", { input: { to: 3 }, headers });
  match(await second.text(), /^id: 3\ndata: \{"position":"3"\}\n\nevent: completed/);
});

Deno.test("where items have none, Last-Event-ID is not heeded", async () => {
  await using gateway = listening();
  const headers = { "last-event-id": "1" };
  const response = await subscribe(gateway, "/test/numbers", { input: { to: 1 }, headers });
  match(await response.text(), /^data: 0\n\nevent: completed/);
});

Deno.test("a stream without values says that it is alive, by comments", async () => {
  await using gateway = listening({ heartbeatMs: 20 });
  const leaving = new AbortController();
  const response = await subscribe(gateway, "/test/idle", { signal: leaving.signal });
  strictEqual(response.status, 200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let i = 0; i < 3; i++) strictEqual((await reader?.read())?.value, ":\n\n");
  await reader?.cancel();
  leaving.abort();
  await until(() => gateway.aborted.includes("idle"), { what: "the stream to end" });
});

Deno.test("a value is not kept back for the next one", async () => {
  await using gateway = listening({ heartbeatMs: 60_000 });
  const leaving = new AbortController();
  const response = await subscribe(gateway, "/test/first", { signal: leaving.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  strictEqual((await reader?.read())?.value, "data: 1\n\n");
  await reader?.cancel();
  leaving.abort();
  await until(() => gateway.aborted.includes("first"), { what: "the stream to end" });
});

Deno.test("gateway.md 2.7: a reader that goes away aborts its subscription", async () => {
  await using gateway = listening();
  const leaving = new AbortController();
  const response = await subscribe(gateway, "/test/idle", { signal: leaving.signal });
  strictEqual(response.status, 200);
  leaving.abort();
  await until(() => gateway.aborted.includes("idle"), { what: "the handler to be aborted" });
  await until(() => gateway.bridge.size === 0, { what: "the stream to be forgotten" });
  await response.body?.cancel().catch((error: Error) => strictEqual(error.name, "AbortError"));
});

Deno.test("a reader that goes away before there is an answer aborts, too", async () => {
  await using gateway = listening();
  const connection = await connectIdle(gateway, "/test/idle");
  await until(() => gateway.running.has("idle"), { what: "the stream to begin" });
  connection.close();
  await until(() => gateway.aborted.includes("idle"), { what: "the handler to be aborted" });
});

Deno.test("a reader that reads nothing holds up its producer, and nobody else", async () => {
  await using gateway = listening({ stuckMs: 60_000 });
  using _slow = await connectIdle(gateway, "/test/fill");
  let last = 0, unchanged = 0;
  await until(async () => {
    strictEqual((await told(ask(gateway, "/search?query=who"))).status, 200);
    unchanged = gateway.filled() === last ? unchanged + 1 : 0;
    last = gateway.filled();
    return last > 0 && unchanged === 10;
  }, { what: "the producer to wait" });
  // What sockets and their buffers take is a few megabytes.
  ok(gateway.filled() < 400, `${gateway.filled()} values of 64 KiB were asked for`);
});

Deno.test("a reader that takes nothing for too long is given up", async () => {
  await using gateway = listening({ stuckMs: 100 });
  using _slow = await connectIdle(gateway, "/test/fill");
  await until(() => gateway.aborted.includes("fill"), { what: "the producer to be ended" });
  await until(() => gateway.bridge.size === 0, { what: "the stream to be forgotten" });
});

Deno.test("many small values travel together", async () => {
  await using gateway = listening();
  const response = await subscribe(gateway, "/test/numbers", { input: { to: 5000 } });
  let chunks = 0, text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    chunks += 1;
    text += decoder.decode(chunk, { stream: true });
  }
  strictEqual(text.match(/^data: [0-9]+$/gm)?.length, 5000);
  ok(chunks < 500, `${chunks} chunks`);
});

Deno.test("a gateway that closes ends its streams at once, and says that another node will do", async () => {
  await using gateway = listening({ drainMs: 60_000 });
  const response = await subscribe(gateway, "/test/idle");
  const closing = gateway.bridge[Symbol.asyncDispose]();
  const text = await response.text();
  match(text, /^event: error\ndata: /);
  deepStrictEqual(JSON.parse(text.split("data: ")[1] ?? ""), {
    ...{ code: "ABORTED", message: "this node is shutting down", retryable: true },
    details: { reason: "draining" },
  });
  await closing;
});

Deno.test("GET /subscribe is there where it is asked for", async () => {
  await using gateway = listening({ getSubscribe: true });
  const input = encodeURIComponent('{"to":1}');
  const path = `/subscribe?operation=/test/numbers&input=${input}`;
  match(await (await ask(gateway, path)).text(), /^data: 0\n\n/);
  const broken = await told(ask(gateway, "/subscribe?operation=/test/numbers&input={"));
  strictEqual(broken.status, 400);
});

for (
  const [what, renewed] of [
    ["is revoked", () => ({ gone: "credential" })],
    ["is disabled", () => ({ gone: "identity" })],
    ["has other rights", (caller: Caller) => ({
      caller: { ...caller, identity: { ...caller.identity, scopes: ["other"] } },
    })],
    ["has expired", (caller: Caller) => ({ caller: { ...caller, notAfterMs: Date.now() } })],
    ["is known to nobody", () => {
      throw new Error("nobody knows");
    }],
  ] satisfies [string, (caller: Caller) => Renewed][]
) {
  Deno.test(`a stream is given up once who reads it ${what}`, async () => {
    await using gateway = listening();
    const response = await subscribe(gateway, "/test/idle");
    gateway.change("bob", renewed);
    gateway.change("ann", (caller) => ({ caller: { ...caller, notAfterMs: null } }));
    await told(ask(gateway, "/search?query=who"));
    deepStrictEqual(gateway.aborted, [], "what changes nothing for them ends nothing");
    gateway.change("ann", renewed);
    await until(() => gateway.aborted.includes("idle"), { what: "the handler to be aborted" });
    match(await response.text(), /event: error\ndata: .*"ABORTED"/);
    await until(() => gateway.bridge.size === 0, { what: "the stream to be forgotten" });
  });
}

Deno.test("a stream is given up, too, whose reader was revoked while it began", async () => {
  await using gateway = listening();
  const asked = subscribe(gateway, "/test/idle");
  // It is waited for a refusal, and there is no stream yet.
  await until(() => gateway.running.has("idle"), { what: "the handler to run" });
  gateway.change("ann", () => ({ gone: "credential" }));
  await until(() => gateway.aborted.includes("idle"), { what: "the handler to be aborted" });
  match(await (await asked).text(), /event: error\ndata: .*"ABORTED"/);
});
