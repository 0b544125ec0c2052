/**
 * Streams of every kind end when the key with which they were begun is revoked, and no others.
 *
 * One hub for all of them: what differs is how they were begun. It takes two or three seconds: a hub
 * with a spoke is started, a tool's answer is a stream after one, and who goes on has half of one.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { CustomRoute } from "../bridges/custom/mod.ts";
import { STATELESS, TASKS } from "../bridges/mcp/mod.ts";
import { connectSpoke } from "../src/routing/_nodes_testing.ts";
import { startHub } from "../src/start_hub.ts";
import { ask, callOf, mcpUrl } from "./_mcp_testing.ts";
import {
  clientAt,
  hubEnvironment,
  operatorOf,
  socketUrl,
  untilKnown,
} from "./calls/_hubs_testing.ts";
import { testConfig } from "./harness/hub.ts";

/** A second, and longer beside other tests. Without being told, none of them would end for longer. */
const SOON_MS = 10_000;

/** A stream that goes on for ever, whatever its route is told. */
const deaf: CustomRoute = {
  path: "/v1/deaf",
  handle: () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode("begun\n")),
      }),
    ),
};

/** The same, which says a last word when it is told to end. */
const polite: CustomRoute = {
  path: "/v1/polite",
  handle: (_request, { signal }) => {
    const encoder = new TextEncoder();
    return new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(encoder.encode("begun\n"));
          signal.addEventListener("abort", () => {
            controller.enqueue(encoder.encode("bye\n"));
            controller.close();
          });
        },
      }),
    );
  },
};

async function start() {
  await using stack = new AsyncDisposableStack();
  const { env } = stack.use(await hubEnvironment());
  const config = await testConfig({
    ...{ realm: env.HUB_REALM, nats: { url: env.NATS_URL }, postgres: { url: env.DATABASE_URL } },
    ...{ http: { port: 0 }, shutdown: { lingerMs: 0 }, mcp: { taskAfterMs: 100 } },
  });
  const hub = stack.use(await startHub(config, { routes: [deaf, polite] }));
  const operator = stack.use(await operatorOf(env));
  const place = { url: socketUrl(hub.url) };
  const spoke = stack.use(await connectSpoke(place, "dev1", await operator.spoke("dev1")));
  await untilKnown(place, { name: "dev1", token: await operator.key("spokes:call") });
  const parts = stack.move();
  return { hub, operator, place, spoke, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

type World = Awaited<ReturnType<typeof start>>;

/** A stream that has begun, and how it ends. */
interface Begun {
  readonly end: Promise<string>;
  leave(): Promise<unknown>;
}

/** Begins a stream, and waits until there is one. */
async function begin(ask: (signal: AbortSignal) => Promise<Response>): Promise<Begun> {
  const leaving = new AbortController();
  const response = await ask(leaving.signal);
  strictEqual(response.status, 200);
  const end = response.text().catch((error: Error) => error.name);
  return { end, leave: () => (leaving.abort(), end) };
}

/** One of each kind, with the same key. */
async function beginAll({ hub, place, spoke }: World, key: string): Promise<Record<string, Begun>> {
  const authorization = `Bearer ${key}`,
    json = { authorization, "content-type": "application/json" };
  const post = (path: string, body: unknown) =>
    begin((signal) =>
      fetch(`${hub.url}${path}`, {
        method: "POST",
        signal,
        headers: json,
        body: JSON.stringify(body),
      })
    );
  const route = (path: string) =>
    begin((signal) => fetch(`${hub.url}${path}`, { signal, headers: { authorization } }));
  const speak = (method: string, params: Record<string, unknown>) => {
    const capabilities = { extensions: method === "tools/call" ? {} : { [TASKS]: {} } };
    return begin((signal) =>
      fetch(mcpUrl(place), {
        ...{ method: "POST", signal },
        headers: {
          ...{ ...json, accept: "application/json, text/event-stream" },
          ...{ "mcp-protocol-version": STATELESS, "mcp-method": method },
          ...(typeof params.name === "string" ? { "mcp-name": params.name } : {}),
        },
        body: JSON.stringify({
          ...{ jsonrpc: "2.0", id: 1, method },
          params: {
            ...params,
            _meta: {
              "io.modelcontextprotocol/protocolVersion": STATELESS,
              "io.modelcontextprotocol/clientCapabilities": capabilities,
            },
          },
        }),
      })
    );
  };
  const speaker = { place, key };
  const task = await callOf(speaker, "/dev1/test/wait", { takesTasks: true });
  const { taskId } = task.messages[0].result;
  strictEqual(spoke.running() > 0, true);
  const client = await clientAt(place, key);
  return {
    subscription: await post("/subscribe", { operation: "/hub/calls/tail" }),
    listening: await speak("subscriptions/listen", { notifications: { taskIds: [taskId] } }),
    // It is a stream once it has taken a second.
    tool: await speak("tools/call", { name: "call", arguments: { operation: "/dev1/test/wait" } }),
    deaf: await route(deaf.path),
    polite: await route(polite.path),
    socket: {
      end: client.closed.then(({ code }) => String(code)),
      async leave() {
        await ask(speaker, { method: "tasks/cancel", params: { taskId }, takesTasks: true });
        await client[Symbol.asyncDispose]();
      },
    },
  };
}

Deno.test("streams of every kind end when their key is revoked, and those of other keys go on", async () => {
  await using world = await start();
  const { operator } = world;
  const scopes = ["spokes:call", "calls:read"];
  const key = await operator.key(...scopes);
  const [theirs, others] = await Promise.all([
    beginAll(world, key),
    beginAll(world, await operator.key(...scopes)),
  ]);
  const ended = new Set<string>();
  for (const [kind, { end }] of Object.entries(others)) void end.then(() => ended.add(kind));
  const [prefix = ""] = /^[^_]+_[^_]+/.exec(key) ?? [];
  const revokedAt = performance.now();
  await operator.operator.call("hub/keys/revoke", { prefix });
  const ends: Record<string, string> = {};
  for (const [kind, { end }] of Object.entries(theirs)) ends[kind] = await end;
  const tookMs = performance.now() - revokedAt;
  ok(tookMs < SOON_MS, `it took ${tookMs} ms`);
  match(ends.subscription ?? "", /event: error\ndata: .*"ABORTED"/);
  match(ends.listening ?? "", /"id":1,.*\n\n$/);
  match(ends.tool ?? "", /"isError":true.*"ABORTED"|"ABORTED".*"isError":true/);
  deepStrictEqual([ends.polite, ends.socket], ["begun\nbye\n", "4401"]);
  // It is cut off: nobody takes its silence for an end.
  match(ends.deaf ?? "", /Error$/);
  deepStrictEqual([...ended], []);
  for (const { leave } of Object.values(others).toReversed()) await leave();
});
