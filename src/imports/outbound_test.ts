import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { openOutbound, type OutboundOptions, OutboundRefused } from "./outbound.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** A server on this machine, under whatever name the resolver is told to have for it. */
function startServer(handler: Handler) {
  const asked: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(request);
    return handler(request);
  });
  return { asked, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A port at which nobody listens any more. */
function freed(): Deno.NetAddr {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr;
}

function outbound(options: Partial<OutboundOptions> = {}) {
  const resolved: string[] = [];
  const opened = openOutbound({
    ...{ allowPrivate: true, maxResponseBytes: 1000, headersTimeoutMs: 10_000 },
    resolve(host) {
      resolved.push(host);
      return Promise.resolve(["127.0.0.1"]);
    },
    ...options,
  });
  return { ...opened, resolved, [Symbol.dispose]: () => opened[Symbol.dispose]() };
}

Deno.test("a request goes to the address that was judged, under the name that was asked for", async () => {
  await using server = startServer(({ headers }) => new Response(headers.get("host")));
  using out = outbound();
  const url = `http://service.example:${server.port}/x`;
  strictEqual(await (await out.fetch(url)).text(), `service.example:${server.port}`);
  strictEqual(await (await out.fetch(url)).text(), `service.example:${server.port}`);
  deepStrictEqual(out.resolved, ["service.example"]);
});

for (
  const [addresses, allowPrivate, why] of [
    [["10.0.0.7"], false, /private address/],
    [["1.1.1.1", "127.0.0.1"], false, /private address/],
    [["169.254.169.254"], true, /where no service is asked/],
    [["127.0.0.1", "fe80::1"], true, /where no service is asked/],
  ] as const
) {
  Deno.test(`a name with the addresses ${addresses} is refused, allowPrivate being ${allowPrivate}`, async () => {
    using out = outbound({ allowPrivate, resolve: () => Promise.resolve(addresses) });
    const refused = await rejects(out.fetch("http://service.example/"), (error) => {
      ok(error instanceof OutboundRefused);
      match(error.message, why);
      return true;
    });
    strictEqual(refused, undefined);
  });
}

for (const host of ["0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "127.0.0.1", "[::1]"]) {
  Deno.test(`this machine is refused as ${host}`, async () => {
    using out = openOutbound({
      ...{ allowPrivate: false, maxResponseBytes: 1000, headersTimeoutMs: 10_000 },
    });
    await rejects(out.fetch(`http://${host}/`), OutboundRefused);
  });
}

Deno.test("a name without an address fails as what cannot be sent does", async () => {
  using out = outbound({ resolve: () => Promise.resolve([]) });
  await rejects(out.fetch("http://service.example/"), TypeError);
});

Deno.test("a failure of a request does not tell its query, which may hold a secret", async () => {
  const { port } = freed();
  using out = outbound();
  const asking = out.fetch(`http://service.example:${port}/path?key=se)cret,value&x=1`);
  await rejects(asking, (error) => {
    ok(error instanceof TypeError);
    const shown = Deno.inspect(error);
    match(shown, new RegExp(`127\\.0\\.0\\.1:${port}/path\\?…`));
    ok(!/cret|value/.test(shown), shown);
    return true;
  });
});

Deno.test("a redirect is followed within its origin, three times and for GET alone", async () => {
  await using server = startServer(({ url }) => {
    const { pathname } = new URL(url);
    const left = Number(pathname.slice(1));
    return left === 0
      ? new Response("there")
      : new Response(null, { status: 307, headers: { location: `/${left - 1}` } });
  });
  using out = outbound();
  const base = `http://service.example:${server.port}`;
  strictEqual(await (await out.fetch(`${base}/3`)).text(), "there");
  const codes = [
    await out.fetch(`${base}/4`),
    await out.fetch(`${base}/1`, { method: "POST" }),
    await out.fetch(`${base}/1`, { redirect: "manual" }),
  ].map(({ status }) => status);
  deepStrictEqual(codes, [307, 307, 307]);
});

Deno.test("a redirect to another origin is not followed", async () => {
  await using server = startServer(() =>
    new Response(null, { status: 302, headers: { location: "http://elsewhere.example/" } })
  );
  using out = outbound();
  const { status } = await out.fetch(`http://service.example:${server.port}/`);
  deepStrictEqual([status, out.resolved], [302, ["service.example"]]);
});

Deno.test("an answer fails where it is longer than it may be", async () => {
  await using server = startServer(() => new Response("x".repeat(1001)));
  using out = outbound();
  const response = await out.fetch(`http://service.example:${server.port}/`);
  await rejects(response.text(), /larger than 1000 bytes/);
});

Deno.test("headers that do not come in time are not waited for", async () => {
  const held = Promise.withResolvers<Response>();
  await using server = startServer(() => held.promise);
  using out = outbound({ headersTimeoutMs: 20 });
  await rejects(out.fetch(`http://service.example:${server.port}/`), { name: "TimeoutError" });
  held.resolve(new Response());
});

Deno.test("what is under way ends when the way out is closed", async () => {
  const held = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  await using server = startServer(() => {
    arrived.resolve();
    return held.promise;
  });
  const out = outbound();
  const asking = out.fetch(`http://service.example:${server.port}/`);
  const refused = rejects(asking, { name: "AbortError" });
  await arrived.promise;
  out[Symbol.dispose]();
  await refused;
  held.resolve(new Response());
});
