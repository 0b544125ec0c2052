import { match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { listen } from "./listen.ts";

const HOST = "127.0.0.1";

Deno.test("listen() answers at its url until it is disposed of", async () => {
  const listener = listen({
    host: HOST,
    port: 0,
    handler: () => new Response("hi"),
    drainMs: 1000,
  });
  strictEqual(await (await fetch(listener.url)).text(), "hi");
  await listener[Symbol.asyncDispose]();
  await rejects(fetch(listener.url), TypeError);
});

Deno.test("listen() says that another program uses the port, and what to do", async () => {
  await using first = listen({ host: HOST, port: 0, handler: () => new Response(), drainMs: 0 });
  const port = Number(new URL(first.url).port);
  throws(
    () => listen({ host: HOST, port, handler: () => new Response(), drainMs: 0 }),
    /Cannot listen on 127\.0\.0\.1 port \d+: another program uses it.*--http-port/,
  );
});

Deno.test("listen() says that the machine has no such address", () => {
  throws(
    () => listen({ host: "192.0.2.1", port: 0, handler: () => new Response(), drainMs: 0 }),
    /no such address/,
  );
});

Deno.test("closing waits for the request under way", async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const handler = () => {
    arrived.resolve();
    return answer.promise;
  };
  const listener = listen({ host: HOST, port: 0, handler, drainMs: 60_000 });
  const response = fetch(listener.url);
  await arrived.promise;
  const closed = listener[Symbol.asyncDispose]();
  answer.resolve(new Response("late but whole"));
  strictEqual(await (await response).text(), "late but whole");
  await closed;
});

Deno.test("closing answers a request that outlasts the drain with a retryable 503", async () => {
  const arrived = Promise.withResolvers<void>();
  const handler = () => {
    arrived.resolve();
    return new Promise<Response>(() => {});
  };
  const listener = listen({ host: HOST, port: 0, handler, drainMs: 10 });
  const response = fetch(listener.url);
  await arrived.promise;
  await listener[Symbol.asyncDispose]();
  const { status, body } = await response.then(async (r) => ({
    status: r.status,
    body: await r.json(),
  }));
  strictEqual(status, 503);
  strictEqual(body.retryable, true);
});

/** Clients that hold up a listener which waits for them; each ends when it is disposed of. */
const STUBBORN = {
  "never ends sending": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
  "never ends its headers": "GET / HTTP/1.1\r\nHost: x\r\n",
  "does not read a large answer": "GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
  "listens to an endless answer": "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n",
} as const;

for (const [what, request] of Object.entries(STUBBORN)) {
  Deno.test(`a client that ${what} cannot keep a listener from closing`, async () => {
    const arrived = Promise.withResolvers<void>();
    const ended = new AbortController();
    const handler = async (asked: Request) => {
      arrived.resolve();
      const { pathname } = new URL(asked.url);
      if (pathname === "/large") return new Response(new Uint8Array(50_000_000));
      if (pathname === "/endless") return new Response(endless(ended.signal));
      return new Response(await asked.text().catch(() => ""));
    };
    const listener = listen({ host: HOST, port: 0, handler, drainMs: 20 });
    const client = await Deno.connect({
      hostname: HOST,
      port: Number(new URL(listener.url).port),
    });
    await client.write(new TextEncoder().encode(request));
    if (!what.includes("headers")) await arrived.promise;
    await listener[Symbol.asyncDispose]();
    ended.abort();
    client.close();
  });
}

function endless(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(1));
      signal.addEventListener("abort", () => controller.close());
    },
    cancel() {},
  });
}

Deno.test("requests that were answered leave nothing behind", async () => {
  const responses: WeakRef<Response>[] = [];
  const handler = () => {
    const response = new Response("x".repeat(100));
    responses.push(new WeakRef(response));
    return response;
  };
  await using listener = listen({ host: HOST, port: 0, handler, drainMs: 0 });
  for (let i = 0; i < 200; i++) await (await fetch(listener.url)).text();
  ok(responses.length === 200);
  // Enough garbage for a collection; what is still held then is held for good.
  await until(() => {
    const garbage = Array.from({ length: 200_000 }, (_, i) => ({ i }));
    return garbage.length > 0 && responses.filter((ref) => ref.deref() !== undefined).length < 50;
  }, { what: "the responses to be collected" });
});

Deno.test("url names an address that can be opened when all interfaces are listened on", async () => {
  await using listener = listen({
    host: "0.0.0.0",
    port: 0,
    handler: () => new Response("hi"),
    drainMs: 0,
  });
  match(listener.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  ok((await (await fetch(listener.url)).text()) === "hi");
});
