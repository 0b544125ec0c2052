import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import {
  CallError,
  createDispatcher,
  createRateLimiter,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { until } from "../../tests/harness/until.ts";
import { createCustomBridge, type CustomBridgeOptions, type CustomRoute } from "./mod.ts";

const external = { visibility: "external" } as const;

/** An operation that tells who calls it, and one that gives values. */
function createOperations(): OperationRegistry {
  const registry = new OperationRegistry();
  const common = {
    ...{ namespace: "test", version: "1.0.0", description: "" },
    ...{ inputSchema: Type.Unknown(), outputSchema: Type.Unknown() },
  };
  registry.register({
    ...{ ...common, name: "whoami", type: OperationType.QUERY },
    accessControl: { requiredScopes: ["use"] },
    handler: (_input, { identity }) => identity?.id ?? null,
  }, external);
  registry.register({
    ...{ ...common, name: "place", type: OperationType.QUERY },
    accessControl: { requiredScopes: [] },
    handler: (_input, { requestId, trace }) => ({ requestId, trace }),
  }, { ...external, public: true });
  registry.register({
    ...{ ...common, name: "ticks", type: OperationType.SUBSCRIPTION },
    accessControl: { requiredScopes: [] },
    handler: async function* (_input, { signal }) {
      yield await Promise.resolve("first");
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    },
  }, { ...external, public: true });
  return registry;
}

/** Serves routes on a free port. */
function listening(
  routes: readonly CustomRoute[],
  options: Partial<CustomBridgeOptions> = {},
) {
  const bridge = createCustomBridge({
    dispatcher: createDispatcher({ view: registryView(createOperations()) }),
    catalog: { find: () => undefined },
    rateLimiter: createRateLimiter({ perSecond: 1e6, burst: 1e6 }),
    admission: {
      resolve(token) {
        if (token === "unknowable") throw new CallError("UNAVAILABLE", "later");
        if (token !== "token-of-ann") return null;
        const identity = { id: "ann", scopes: ["use"] };
        return { identity, role: "client", credential: "c", notAfterMs: null };
      },
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
    ...{ routes, drainMs: 200, ...options },
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    ...{ bridge, port: server.addr.port },
    ask: (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init),
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

const ANN = { headers: { authorization: "Bearer token-of-ann" } };
/** Tells what `test/whoami` says. */
const whoami: CustomRoute = {
  path: "/who",
  handle: async (_request, { identity, invoke }) => {
    const result = await invoke("test/whoami", {});
    return Response.json({
      as: identity?.id ?? null,
      said: result.ok ? result.output : result.error.code,
    });
  },
};

Deno.test("gateway.md 2.8: a route calls operations as who calls it, and as nobody else", async () => {
  await using hub = listening([whoami, { ...whoami, path: "/open", auth: "none" }]);
  const told = async (path: string, init?: RequestInit) => await (await hub.ask(path, init)).json();
  deepStrictEqual(await told("/who", ANN), { as: "ann", said: "ann" });
  deepStrictEqual(await told("/who"), { as: null, said: "FORBIDDEN" });
  // One that opts out looks at no token, and has no rights by one.
  deepStrictEqual(await told("/open", ANN), { as: null, said: "FORBIDDEN" });
});

Deno.test("gateway.md 2.8: a token that stands for nobody is refused before a route sees the request", async () => {
  let seen = 0;
  await using hub = listening([{ path: "/x", handle: () => Response.json(++seen) }]);
  for (const [token, status] of [["nobody", 401], ["unknowable", 503]] as const) {
    const response = await hub.ask("/x", { headers: { authorization: `Bearer ${token}` } });
    strictEqual(response.status, status);
    await response.body?.cancel();
  }
  strictEqual(seen, 0);
});

Deno.test("a route's answer keeps its status and headers, and gets a request id", async () => {
  const handle = () => new Response("made", { status: 201, headers: { "x-own": "1" } });
  await using hub = listening([{ path: "/x", handle }]);
  const response = await hub.ask("/x", { method: "POST", body: "anything" });
  deepStrictEqual([response.status, await response.text()], [201, "made"]);
  strictEqual(response.headers.get("x-own"), "1");
  match(response.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("a route that throws is told without its reason", async () => {
  const handle = () => Promise.reject(new Error("the password is 1234"));
  await using hub = listening([{ path: "/x", handle }]);
  const response = await hub.ask("/x");
  deepStrictEqual([response.status, (await response.json()).message], [500, "internal error"]);
});

Deno.test("what is no route is a plain 404", async () => {
  await using hub = listening([whoami]);
  const response = await hub.ask("/who/else");
  deepStrictEqual([response.status, await response.text()], [404, "Not Found"]);
});

Deno.test("foreign pages and hosts are refused as by the gateway, allowed pages may read", async () => {
  await using hub = listening([whoami], { allowedOrigins: ["https://good.example"] });
  const from = (origin: string) => hub.ask("/who", { headers: { ...ANN.headers, origin } });
  const bad = await from("https://evil.example"), good = await from("https://good.example");
  deepStrictEqual([bad.status, good.status], [403, 200]);
  strictEqual(good.headers.get("access-control-allow-origin"), "https://good.example");
  await Promise.all([bad.body?.cancel(), good.body?.cancel()]);
  const preflight = await hub.ask("/who", {
    method: "OPTIONS",
    headers: { origin: "https://good.example", "access-control-request-method": "PUT" },
  });
  deepStrictEqual([preflight.status, preflight.headers.get("access-control-allow-methods")], [
    ...[204, "GET, POST, PUT, PATCH, DELETE"],
  ]);
});

Deno.test("a client that leaves a stream of a route aborts its subscription", async () => {
  let isAborted = false;
  const encoder = new TextEncoder();
  await using hub = listening([{
    path: "/ticks",
    async handle(_request, { signal, stream }) {
      signal.addEventListener("abort", () => isAborted = true);
      const result = await stream("test/ticks", {});
      if (!result.ok) return Response.json(result.error, { status: result.status });
      const values = result.output;
      return new Response(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            const { done, value } = await values.next();
            if (done === true) return controller.close();
            controller.enqueue(encoder.encode(String(value)));
          },
          cancel: async () => void await values.return(),
        }),
      );
    },
  }]);
  const leaving = new AbortController();
  const response = await hub.ask("/ticks", { ...ANN, signal: leaving.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  strictEqual((await reader?.read())?.value, "first");
  strictEqual(hub.bridge.size, 1);
  leaving.abort();
  await reader?.cancel().catch((error: Error) => strictEqual(error.name, "AbortError"));
  await until(() => hub.bridge.size === 0, { what: "the stream to be forgotten" });
  strictEqual(isAborted, true);
});

/** Gives back what it is sent. */
const echo: CustomRoute = {
  path: "/echo",
  auth: "none",
  handle: async (request) => new Response(await request.bytes()),
};

Deno.test("a body that is as large as it may be reaches its route", async () => {
  await using hub = listening([echo], { maxBodyBytes: 300_000 });
  const body = new Uint8Array(300_000).fill(7);
  for (const sent of [body, new Blob([body]).stream()]) {
    const response = await hub.ask("/echo", { method: "POST", body: sent });
    deepStrictEqual([response.status, await response.bytes()], [200, body]);
  }
});

Deno.test("a body without a length is refused once it is too large for its route", async () => {
  await using hub = listening([echo], { maxBodyBytes: 100_000 });
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(10_000));
      // By then it should have been refused.
      if (++sent === 10_000) controller.close();
    },
  });
  const answer = hub.ask("/echo", { method: "POST", body: endless });
  // The connection may end before all is sent.
  const response = await answer.catch((error: Error) => strictEqual(error.name, "TypeError"));
  ok(response === undefined || response.status === 413);
  ok(sent < 10_000, `${sent} parts were taken`);
  await response?.body?.cancel();
  await until(() => hub.bridge.size === 0, { what: "the request to be forgotten" });
});

Deno.test("a body whose length is too large is refused before its route sees it", async () => {
  let seen = 0;
  await using hub = listening([{ ...echo, handle: () => Response.json(++seen) }], {
    maxBodyBytes: 9,
  });
  const response = await hub.ask("/echo", { method: "POST", body: "0123456789" });
  deepStrictEqual([response.status, (await response.json()).code, seen], [
    ...[413, "INVALID_INPUT", 0],
  ]);
});

Deno.test("a body that trickles is given up, with its connection", async () => {
  await using hub = listening([echo], { bodyTimeoutMs: 100 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: hub.port });
  const send = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n{";
  await connection.write(new TextEncoder().encode(send));
  // A byte now and then is no reason to wait longer; in the end there is nobody to take it.
  const trickle = setInterval(() => void connection.write(new Uint8Array(1)).catch(() => {}), 30);
  let answer = "";
  for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
    answer += part;
    if (answer.includes("}")) break;
  }
  clearInterval(trickle);
  match(answer, /^HTTP\/1\.1 408 /);
  await until(() => hub.bridge.size === 0, { what: "the request to be forgotten" });
});

Deno.test("a route may take its time with a body that has arrived", async () => {
  const slowly = async (request: Request) => {
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > 150, { what: "a body's time to be over" });
    return new Response(await request.text());
  };
  await using hub = listening([{ ...echo, handle: slowly }], { bodyTimeoutMs: 100 });
  const response = await hub.ask("/echo", { method: "POST", body: "short" });
  deepStrictEqual([response.status, await response.text()], [200, "short"]);
});

Deno.test("the first call has the id and the place that the answer names, others are beside it", async () => {
  await using hub = listening([{
    path: "/places",
    handle: async (_request, { invoke }) =>
      Response.json([await invoke("test/place", {}), await invoke("test/place", {})]),
  }]);
  const above = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7".split("-");
  const response = await hub.ask("/places", {
    headers: { traceparent: `00-${above.join("-")}-01`, tracestate: "vendor=1" },
  });
  const results: { output: { requestId: string; trace: Record<string, string> } }[] = await response
    .json();
  const [first, second] = results.map(({ output }) => output);
  for (
    const { traceId, parentSpanId, state } of [first?.trace, second?.trace].map((trace) =>
      trace ?? {}
    )
  ) {
    deepStrictEqual([traceId, parentSpanId, state], [...above, "vendor=1"]);
  }
  const { headers } = response;
  strictEqual(headers.get("x-request-id"), first?.requestId);
  strictEqual(headers.get("traceparent"), `00-${above[0]}-${first?.trace.spanId}-01`);
  strictEqual(headers.get("tracestate"), "vendor=1");
  notStrictEqual(second?.requestId, first?.requestId);
  notStrictEqual(second?.trace.spanId, first?.trace.spanId);
});

Deno.test("an answer differs by what its route says, and by the page that asks", async () => {
  const handle = () => new Response("bonjour", { headers: { vary: "Accept-Language" } });
  await using hub = listening([{ path: "/x", handle }], {
    allowedOrigins: ["https://good.example"],
  });
  const response = await hub.ask("/x", { headers: { origin: "https://good.example" } });
  deepStrictEqual([response.headers.get("vary"), await response.text()], [
    ...["Accept-Language, Origin", "bonjour"],
  ]);
});

Deno.test("a stream of a route that is open does not hold a bridge up that closes", async () => {
  const encoder = new TextEncoder();
  await using hub = listening([{
    path: "/open",
    handle: (_request, { signal }) =>
      new Response(
        new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(encoder.encode("first"));
            signal.addEventListener("abort", () => controller.close());
          },
        }),
      ),
  }], { drainMs: 60_000 });
  const response = await hub.ask("/open");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  strictEqual((await reader?.read())?.value, "first");
  const startedAt = performance.now();
  await hub.bridge[Symbol.asyncDispose]();
  ok(performance.now() - startedAt < 10_000, "it has ended by itself");
  strictEqual((await reader?.read())?.done, true);
});

Deno.test("a bridge that closes refuses requests, which another node answers", async () => {
  await using hub = listening([whoami]);
  await hub.bridge[Symbol.asyncDispose]();
  const response = await hub.ask("/who", ANN);
  deepStrictEqual([response.status, (await response.json()).retryable], [503, true]);
});

for (const path of ["", "x", "/", "/*", "/:id", "/a?b", "/a b", "/v1/workers/x"]) {
  Deno.test(`a path "${path}" is refused at once`, () => {
    throws(() => listening([{ ...whoami, path }]), RangeError);
  });
}
