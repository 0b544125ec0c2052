import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { until } from "../../tests/harness/until.ts";
import { about, authorizedBy, CLIENTS } from "./_clients_testing.ts";
import { serving } from "./_serving_testing.ts";
import { HANDSHAKES, STATELESS } from "./revisions.ts";

for (const [revision, connect] of Object.entries(CLIENTS)) {
  Deno.test(`the official client of ${revision} connects, and is told how to go on`, async () => {
    await using hub = serving();
    await using client = await connect(hub.url);
    strictEqual(client.revision, revision);
    match(client.instructions ?? "", /search/);
    strictEqual(typeof client.session, revision === STATELESS ? "undefined" : "string");
  });

  Deno.test(`the official client of ${revision} lists the tools and uses each of them`, async () => {
    await using hub = serving();
    await using client = await connect(hub.url);
    const { tools } = await client.listTools();
    deepStrictEqual(tools.map(({ name }) => name), ["search", "schema", "call", "batch"]);
    const use = async (name: string, input: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: input })).structuredContent;
    const operations = [{ name: "test/echo", description: "Gives back what it is given" }];
    deepStrictEqual(await use("search", { query: "Gives back" }), { operations });
    const echo = { operation: "test/echo", input: { text: "hi" } };
    deepStrictEqual(await use("call", echo), { text: "hi" });
    match(JSON.stringify(await use("batch", { calls: [echo] })), /"output":\{"text":"hi"\}/);
    match(JSON.stringify(await use("schema", { name: "test/echo" })), /"op_type":"query"/);
  });

  Deno.test(`the official client of ${revision} reads failures as results, and unknown tools as errors`, async () => {
    await using hub = serving();
    await using client = await connect(hub.url);
    const result = await client.callTool({
      name: "call",
      arguments: { operation: "test/fail" },
    });
    strictEqual(result.isError, true);
    const error = { code: "FULL", message: "there is no room", retryable: false };
    deepStrictEqual(result.structuredContent, { ...error, details: { free: 0 } });
    await rejects(client.callTool({ name: "nothing", arguments: {} }), { code: -32602 });
  });

  Deno.test(`the official client of ${revision} hears of the progress of a call that takes long`, async () => {
    await using hub = serving({ patienceMs: 10, beatMs: 120 });
    await using client = await connect(hub.url);
    const told: { progress: number; message?: string | undefined }[] = [];
    const answer = client.callTool({ name: "call", arguments: { operation: "test/wait" } }, {
      onprogress: (progress) => void told.push(progress),
    });
    await until(() => told.length >= 2, { what: "progress to be told twice" });
    for (const { release } of hub.waiting) release();
    deepStrictEqual((await answer).structuredContent, { isDone: true });
    const [first = { progress: 0 }, second = { progress: 0 }] = told;
    ok(0 < first.progress && first.progress < second.progress);
    match(first.message ?? "", /^running for [0-9.]+ s$/);
  });

  for (const patienceMs of [10, 60_000]) {
    const form = patienceMs === 10 ? "a stream" : "no answer yet";
    Deno.test(`the official client of ${revision} gives a call up, of which there is ${form}: it is aborted`, async () => {
      await using hub = serving({ patienceMs, beatMs: 20 });
      await using client = await connect(hub.url);
      const giveUp = new AbortController();
      const refused = rejects(
        client.callTool({ name: "call", arguments: { operation: "test/wait" } }, {
          signal: giveUp.signal,
        }),
      );
      await until(() => hub.waiting.size === 1, { what: "the call to run" });
      giveUp.abort();
      await refused;
      await until(() => hub.aborted.length === 1, { what: "the call to be aborted" });
      await until(() => hub.bridge.size === 0, { what: "the request to be over" });
    });
  }
}

Deno.test("the official client that may choose takes the stateless revision", async () => {
  await using hub = serving();
  const client = new Client(about, { versionNegotiation: { mode: "auto" } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(hub.url), authorizedBy("token-of-ann")),
  );
  strictEqual(client.getNegotiatedProtocolVersion(), STATELESS);
  await client.close();
});

Deno.test("the official client of today, left to itself, begins with a handshake and is served", async () => {
  await using hub = serving();
  const client = new Client(about);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(hub.url), authorizedBy("token-of-ann")),
  );
  strictEqual(client.getNegotiatedProtocolVersion(), HANDSHAKES[0]);
  strictEqual((await client.listTools()).tools.length, 4);
  await client.close();
});
