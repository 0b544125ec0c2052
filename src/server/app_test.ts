import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { createMetrics } from "../metrics/mod.ts";
import { type Connection, createApp } from "./app.ts";
import { listen } from "./listen.ts";
import { createReadiness } from "./readiness.ts";

const LOCAL = from("127.0.0.1");

function from(hostname: string): Connection {
  return { remoteAddr: { transport: "tcp", hostname, port: 50000 } };
}

function appWith(nats: () => Promise<void> = () => Promise.resolve()) {
  const readiness = createReadiness({ checks: { nats }, timeoutMs: 1000 });
  const app = createApp({ readiness, metrics: createMetrics(), maxBodyBytes: 1000 });
  return {
    get: async (path: string, connection = LOCAL, headers: Record<string, string> = {}) =>
      await app.fetch(new Request(`http://hub${path}`, { headers }), connection),
    post: async (path: string, body = "") =>
      await app.fetch(new Request(`http://hub${path}`, { method: "POST", body }), LOCAL),
  };
}

Deno.test("GET /healthz says ok and nothing else, even when a dependency fails", async () => {
  const response = await appWith(() => Promise.reject(new Error("gone"))).get("/healthz");
  strictEqual(response.status, 200);
  strictEqual(await response.text(), "ok");
});

Deno.test("GET /readyz answers 200 when the node can serve", async () => {
  const response = await appWith().get("/readyz");
  strictEqual(response.status, 200);
  deepStrictEqual(await response.json(), { status: "ready", checks: { nats: "ok" } });
});

Deno.test("GET /readyz answers 503 when a dependency fails, without its message", async () => {
  const response = await appWith(() => Promise.reject(new Error("secret"))).get("/readyz");
  strictEqual(response.status, 503);
  const text = await response.text();
  match(text, /"nats":"failing"/);
  ok(!text.includes("secret"));
});

Deno.test("GET /metrics counts requests by route, and all unknown paths as one", async () => {
  const app = appWith();
  await app.get("/healthz");
  await app.get("/a");
  await app.get("/b");
  const text = await (await app.get("/metrics")).text();
  match(text, /hub_http_request_duration_seconds_count\{route="\/healthz",status="200"\} 1\n/);
  match(text, /hub_http_request_duration_seconds_count\{route="other",status="404"\} 2\n/);
});

for (
  const [hostname, status] of [
    ["127.0.0.1", 200],
    ["::1", 200],
    ["::ffff:127.0.0.1", 200],
    ["10.0.0.7", 404],
    ["::ffff:10.0.0.7", 404],
    ["1270.example", 404],
  ] as const
) {
  Deno.test(`GET /metrics from ${hostname} answers ${status}`, async () => {
    const response = await appWith().get("/metrics", from(hostname));
    await response.body?.cancel();
    strictEqual(response.status, status);
  });
}

for (const header of ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"]) {
  Deno.test(`GET /metrics through a proxy on this machine (${header}) answers 404`, async () => {
    const response = await appWith().get("/metrics", LOCAL, { [header]: "8.8.8.8" });
    await response.body?.cancel();
    strictEqual(response.status, 404);
  });
}

Deno.test("GET /metrics from afar is for callers who may read it, and not there for others", async () => {
  const readiness = createReadiness({ checks: {}, timeoutMs: 1000 });
  const asked: unknown[] = [];
  const app = createApp({
    ...{ readiness, metrics: createMetrics(), maxBodyBytes: 1000 },
    mayReadMetrics: (authorization, source) => {
      asked.push([authorization, source]);
      return Promise.resolve(authorization === "Bearer good");
    },
  });
  for (const [authorization, status] of [["Bearer good", 200], ["Bearer bad", 404]] as const) {
    const request = new Request("http://hub/metrics", { headers: { authorization } });
    const response = await app.fetch(request, from("10.0.0.7"));
    await response.body?.cancel();
    strictEqual(response.status, status);
  }
  deepStrictEqual(asked, [["Bearer good", "10.0.0.7"], ["Bearer bad", "10.0.0.7"]]);
});

for (const path of ["/healthz", "/own"]) {
  Deno.test(`gateway.md 2.8: ${path} that is taken is refused, and hides nothing`, () => {
    const readiness = createReadiness({ checks: {}, timeoutMs: 1000 });
    const mount = { paths: [path], handle: () => Promise.resolve(new Response()) };
    const mounts = [mount, ...(path === "/own" ? [mount] : [])];
    const ports = { readiness, metrics: createMetrics(), maxBodyBytes: 1000, mounts };
    throws(() => createApp(ports), RangeError);
  });
}

Deno.test("what is mounted is asked for its own paths alone, as they are spelled, and counted", async () => {
  const metrics = createMetrics(), readiness = createReadiness({ checks: {}, timeoutMs: 1000 });
  const mount = {
    paths: ["/own", "/broken"],
    handle: ({ url }: Request, source: string) =>
      url.includes("broken")
        ? Promise.reject(new Error("secret"))
        : Promise.resolve(new Response(`to ${source}`, { status: 201 })),
  };
  const app = createApp({ readiness, metrics, maxBodyBytes: 1000, mounts: [mount] });
  const get = async (path: string) => {
    const response = await app.fetch(new Request(`http://hub${path}`), from("10.0.0.7"));
    return [response.status, await response.text()];
  };
  deepStrictEqual(await get("/own?a=b"), [201, "to 10.0.0.7"]);
  for (const path of ["/own/", "/%6fwn", "//own", "/OWN"]) {
    deepStrictEqual(await get(path), [404, "Not Found"], path);
  }
  const [status, text] = await get("/broken");
  strictEqual(status, 500);
  match(String(text), /^\{"code":"INTERNAL","message":"Internal error"/);
  for (const series of ['"/own",status="201"} 1', '"/broken",status="500"} 1']) {
    ok(metrics.expose().includes(`_count{route=${series}\n`), series);
  }
});

/** What a listener answers to a request as it is sent. */
async function answerTo(url: string, head: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(`${head}\r\nConnection: close\r\n\r\n`));
  return await new Response(connection.readable).text();
}

Deno.test("a malformed Host is refused with 400 on every page, and leads to no other", async () => {
  const metrics = createMetrics(), readiness = createReadiness({ checks: {}, timeoutMs: 1000 });
  const mount = { paths: ["/own"], handle: () => Promise.resolve(new Response("own")) };
  const app = createApp({ readiness, metrics, maxBodyBytes: 1000, mounts: [mount] });
  const handler = (request: Request, info: Connection) => app.fetch(request, info);
  await using listener = listen({ host: "127.0.0.1", port: 0, handler, drainMs: 1000 });
  for (const path of ["/healthz", "/readyz", "/metrics", "/own", "/nothing"]) {
    for (
      const host of [
        ...["x/healthz?", "localhost/own?", "ann@localhost", "ann:b@localhost", "a b"],
        ...["localhost:65536", "127.0.0.256"],
      ]
    ) {
      const answer = await answerTo(listener.url, `GET ${path} HTTP/1.1\r\nHost: ${host}`);
      match(answer, /^HTTP\/1\.1 400 /, `${path} at ${host}`);
      match(answer, /"code":"INVALID_INPUT"/);
    }
    const url = `http://ann@localhost${path}`;
    match(await answerTo(listener.url, `GET ${url} HTTP/1.1\r\nHost: localhost`), / 400 /);
  }
  for (const host of ["localhost", "127.0.0.1:80", "[::1]:80", "hub.example.", ""]) {
    const answer = await answerTo(listener.url, `GET /own HTTP/1.1\r\nHost: ${host}`);
    match(answer, /^HTTP\/1\.1 200 /, host);
  }
  match(metrics.expose(), /_count\{route="other",status="400"\} 40\n/);
});

Deno.test("a body over the limit is refused before it is read", async () => {
  const response = await appWith().post("/anything", "x".repeat(1001));
  strictEqual(response.status, 413);
  strictEqual((await response.json()).code, "INVALID_INPUT");
});

Deno.test("an unknown path and an unknown method get the same plain 404", async () => {
  const app = appWith();
  for (const response of [await app.get("/nothing"), await app.post("/healthz")]) {
    strictEqual(response.status, 404);
    strictEqual(await response.text(), "Not Found");
  }
});
