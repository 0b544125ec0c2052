import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { ask, call, type Gateway, listening, raw, told } from "./_gateway_testing.ts";

const HEAD = [
  "POST /call HTTP/1.1",
  "Host: 127.0.0.1",
  "Authorization: Bearer token-of-ann",
  "Content-Type: application/json",
];
const BODY = '{"operation":"/test/whoami"}';
const ANSWERED = /^HTTP\/1\.1 [0-9]{3}[^]*\r\n\r\n/;

/** A request as text, with further lines of its head. */
function request(lines: readonly string[], body = BODY): string {
  return [...HEAD, ...lines, "", body].join("\r\n");
}

async function isAlive(gateway: Gateway): Promise<void> {
  strictEqual((await call(gateway, "/test/whoami")).body.output, "ann");
}

/** Sends a body as it is. */
function post(gateway: Gateway, body: BodyInit, headers: Record<string, string> = {}) {
  return told(fetch(`${gateway.url}/call`, {
    ...{ method: "POST", body },
    headers: {
      ...{ authorization: "Bearer token-of-ann", "content-type": "application/json" },
      ...headers,
    },
  }));
}

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

for (
  const [what, body] of [
    ["nothing", ""],
    ["no JSON", "{"],
    ["a number", "1"],
    ["null", "null"],
    ["a list", "[]"],
    ["an operation that is no text", '{"operation":1}'],
    ["an empty operation", '{"operation":""}'],
    ["a key that means something to the language", '{"operation":"/a/b","__proto__":{"x":1}}'],
    ["levels without end", `{"operation":"/a/b","input":${deep(100_000)}}`],
    ["65 levels", `{"operation":"/a/b","input":${deep(64)}}`],
    ["10,001 members", `{${Array.from({ length: 10_001 }, (_, i) => `"${i}":0`).join()}}`],
    ["bytes that are no text", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ] as const
) {
  Deno.test(`a body of ${what} is refused with 400, and not repeated`, async () => {
    await using gateway = listening();
    const answer = await post(gateway, body);
    strictEqual(answer.status, 400);
    strictEqual(answer.body.code, "INVALID_INPUT");
    ok(answer.body.message.length < 100);
    await isAlive(gateway);
  });
}

for (
  const [what, headers, status] of [
    ["as text", { "content-type": "text/plain" }, 415],
    ["as a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["in another charset", { "content-type": "application/json; charset=utf-16" }, 415],
    ["compressed", { "content-encoding": "gzip" }, 415],
    ["as JSON with its charset", { "content-type": "application/json; charset=UTF-8" }, 200],
  ] as const
) {
  Deno.test(`a body that comes ${what} is answered ${status}`, async () => {
    await using gateway = listening();
    strictEqual((await post(gateway, BODY, headers)).status, status);
  });
}

Deno.test("a body of 1 MiB is read, and not a byte more", async () => {
  await using gateway = listening();
  const full = BODY + " ".repeat(1024 * 1024 - BODY.length);
  strictEqual((await post(gateway, full)).status, 200);
  const { status, body } = await post(gateway, `${full} `);
  deepStrictEqual([status, body.code], [413, "INVALID_INPUT"]);
});

Deno.test("a body whose length is too large is refused before it is read", async () => {
  await using gateway = listening();
  const send = request([`Content-Length: ${2 ** 40}`]);
  match(await raw(gateway, { send, until: ANSWERED }), /^HTTP\/1\.1 413 /);
  await isAlive(gateway);
});

Deno.test("a body without a length is refused once it is too large", async () => {
  await using gateway = listening({ maxBodyBytes: 100_000 });
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(10_000).fill(0x20));
      // By then it should have been refused.
      if (sent === 10_000) controller.close();
    },
  });
  const answer = await post(gateway, endless).catch(() => undefined);
  ok(answer === undefined || answer.status === 413);
  ok(sent < 10_000, `${sent} parts were taken`);
  await isAlive(gateway);
});

/** Begins a request whose body does not come. */
async function trickle({ port }: Gateway): Promise<Deno.Conn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request(["Content-Length: 500"], "{")));
  return connection;
}

Deno.test("a body that does not arrive in time is given up, with its connection", async () => {
  await using gateway = listening({ bodyTimeoutMs: 100 });
  const send = request(["Content-Length: 500"], "{");
  const answer = await raw(gateway, { send, until: ANSWERED });
  match(answer, /^HTTP\/1\.1 408 /);
  match(answer, /connection: close/i);
  await until(() => gateway.bridge.size === 0, { what: "the request to be forgotten" });
  await isAlive(gateway);
});

Deno.test("two hundred bodies that trickle keep nobody waiting", async () => {
  await using gateway = listening({ bodyTimeoutMs: 60_000 });
  const trickling = await Promise.all(Array.from({ length: 200 }, () => trickle(gateway)));
  await until(() => gateway.bridge.size === 200, { what: "all of them to have begun" });
  await isAlive(gateway);
  strictEqual(gateway.bridge.size, 200);
  for (const connection of trickling) connection.close();
  await until(() => gateway.bridge.size === 0, { what: "the requests to be forgotten" });
});

Deno.test("a body whose client goes away is forgotten", async () => {
  await using gateway = listening();
  const connection = await trickle(gateway);
  await until(() => gateway.bridge.size === 1, { what: "the request" });
  connection.close();
  await until(() => gateway.bridge.size === 0, { what: "the request to be forgotten" });
  await isAlive(gateway);
});

const CHUNKED = "Transfer-Encoding: chunked";
const SMUGGLED = "GET /search HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

for (
  const [what, send] of [
    ["a length and chunks", request(["Content-Length: 4", CHUNKED], `0\r\n\r\n${SMUGGLED}`)],
    ["two lengths", request(["Content-Length: 4", `Content-Length: ${BODY.length}`])],
    ["a length that is none", request(["Content-Length: +4"])],
    ["chunks with a length that is none", request([CHUNKED], `zz\r\n${BODY}\r\n0\r\n\r\n`)],
    ["another coding after chunks", request(["Transfer-Encoding: chunked, identity"])],
    ["a space before a colon", request(["Content-Length : 4"])],
    ["a header of two lines", request(["X-A: 1\r\n X-B: 2", `Content-Length: ${BODY.length}`])],
    ["two hosts", request(["Host: evil.example", `Content-Length: ${BODY.length}`])],
  ] as const
) {
  Deno.test(`a request with ${what} is not understood, and nothing hides behind it`, async () => {
    await using gateway = listening();
    const answer = await raw(gateway, { send });
    ok(!/^HTTP\/1\.1 200/m.test(answer), answer);
    strictEqual(answer.match(/HTTP\/1\.1/g)?.length ?? 0, answer === "" ? 0 : 1);
    await isAlive(gateway);
  });
}

Deno.test("headers that are too large are refused with 431", async () => {
  await using gateway = listening();
  const headers = { "x-large": "x".repeat(17_000) };
  strictEqual((await call(gateway, "/test/whoami", { headers })).status, 431);
});

for (
  const [authorization, status, who] of [
    ["bearer token-of-ann", 200, "ann"],
    ["BEARER token-of-ann", 200, "ann"],
    ["Bearer  token-of-ann", 200, "ann"],
    ["Bearer", 401, undefined],
    ["Bearer token-of-ann token-of-bob", 401, undefined],
    ["Bearer token-of-ann, Bearer token-of-bob", 401, undefined],
    [`Bearer ${"x".repeat(5000)}`, 401, undefined],
    // Not a bearer token: as if nothing had been shown.
    ["Basic YW5uOnRva2Vu", 200, "nobody"],
  ] as const
) {
  Deno.test(`Authorization: ${authorization.slice(0, 40)} is answered ${status}`, async () => {
    await using gateway = listening();
    const answer = await call(gateway, "/test/whoami", { token: null, headers: { authorization } });
    deepStrictEqual([answer.status, answer.body.output], [status, who]);
    ok(!JSON.stringify(answer.body).includes("token-of"), "no token is repeated");
  });
}

Deno.test("tokens in addresses and cookies are no credentials", async () => {
  await using gateway = listening();
  const headers = { cookie: "authorization=Bearer token-of-ann; token=token-of-ann" };
  const body = { operation: "/test/whoami" };
  const path = "/call?token=token-of-ann&access_token=token-of-ann";
  const answer = await told(ask(gateway, path, { body, token: null, headers }));
  strictEqual(answer.body.output, "nobody");
});

for (
  const [host, target, status] of [
    ["127.0.0.1:80", "/search", 200],
    ["localhost", "/search", 200],
    ["[::1]:4200", "/search", 200],
    ["hub.example", "/search", 200],
    ["HUB.example.:443", "/search", 200],
    ["evil.example", "/search", 403],
    ["127.0.0.1.evil.example", "/search", 403],
    ["evil.example:4200", "/search", 403],
    ["127.0.0.1", "http://evil.example/search", 403],
    ["evil.example", "http://127.0.0.1/search", 403],
  ] as const
) {
  Deno.test(`a request for ${target} at host ${host} is answered ${status}`, async () => {
    await using gateway = listening({ allowedHosts: ["hub.example"] });
    const send = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    match(await raw(gateway, { send, until: ANSWERED }), new RegExp(`^HTTP/1.1 ${status} `));
  });
}

Deno.test("two thousand idle readers of streams leave the gateway to others", async () => {
  const live = { calls: 10_000, streams: 10_000 };
  await using gateway = listening({
    liveLimits: { node: live, client: live, anonymous: live },
  });
  const leaving = new AbortController();
  const body = { operation: "/test/idle" };
  const readers: Response[] = [];
  for (let i = 0; i < 20; i++) {
    readers.push(
      ...await Promise.all(
        Array.from(
          { length: 100 },
          () => ask(gateway, "/subscribe", { body, signal: leaving.signal }),
        ),
      ),
    );
  }
  strictEqual(gateway.bridge.size, 2000);
  await isAlive(gateway);
  leaving.abort();
  await until(() => gateway.bridge.size === 0, { what: "all of them to be forgotten" });
  await Promise.allSettled(readers.map((response) => response.body?.cancel()));
});
