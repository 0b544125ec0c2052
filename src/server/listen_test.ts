import { match, ok, rejects, strictEqual, throws } from "node:assert/strict";
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
