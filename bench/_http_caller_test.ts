import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { connectHttpCaller, httpWay } from "./_http_caller.ts";

/** Answers with what it was sent, as a whole, or (below `/chunks`) in pieces. */
function serveEcho() {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  return Deno.serve(options, async (request) => {
    const body = await request.text(), { pathname } = new URL(request.url);
    if (pathname === "/fail") return new Response("no", { status: 500 });
    if (pathname === "/whole") return new Response(body);
    const pieces = body.match(/.{1,1000}/g) ?? [];
    return new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()));
  });
}

for (const path of ["/whole", "/chunks"]) {
  Deno.test(`connectHttpCaller() reads answers of ${path}, one after the other`, async () => {
    await using server = serveEcho();
    using caller = await connectHttpCaller(`http://127.0.0.1:${server.addr.port}`);
    const bodies = ["1", `2${"y".repeat(300_000)}`, "3"];
    for (const body of bodies) strictEqual(await caller.post({ path, body }), body);
  });
}

Deno.test("connectHttpCaller() takes a failure for no answer", async () => {
  await using server = serveEcho();
  using caller = await connectHttpCaller(`127.0.0.1:${server.addr.port}`);
  await rejects(() => caller.post({ path: "/fail", body: "" }), /500/);
});

Deno.test("httpWay() asks by as many connections as there are callers, and checks what it hears", async () => {
  await using server = serveEcho();
  const address = `127.0.0.1:${server.addr.port}`, asked = new Set<number>();
  const request = (caller: number) => {
    asked.add(caller);
    return { path: "/whole", body: "ping" };
  };
  const load = { callers: 3, ms: 20 };
  await httpWay({ name: "echo", address, request, expected: "ping" }).run(load);
  deepStrictEqual([...asked].toSorted(), [0, 1, 2]);
  const wrong = httpWay({ name: "echo", address, request, expected: "pong" });
  await rejects(() => wrong.run({ callers: 1, ms: 20 }), /echo answered ping/);
});
