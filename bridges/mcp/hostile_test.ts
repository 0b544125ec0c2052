import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ANN, type Answered, ask, ENVELOPE, send, serving, use } from "./_serving_testing.ts";
import { META, TASKS } from "./revisions.ts";

const open = { operation: "test/open" };
const encoder = new TextEncoder();

/** A message with a text in it as it is. */
function raw(inside: string): string {
  const meta = JSON.stringify(ENVELOPE);
  return `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"call","_meta":${meta},${inside}}}`;
}

const HEADERS = {
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": "call",
};

function streamOf(
  ...parts: readonly (string | Uint8Array<ArrayBuffer>)[]
): ReadableStream<Uint8Array> {
  const bytes = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
  return ReadableStream.from(bytes);
}

const deep = (levels: number) => `"arguments":${'{"input":'.repeat(levels)}1${"}".repeat(levels)}`;

const BODIES: readonly (readonly [
  what: string,
  body: string | (() => ReadableStream<Uint8Array>),
  status: number,
  code: number,
])[] = [
  ["nothing", "", 400, -32700],
  ["what is no JSON", "{", 400, -32700],
  ["JSON with something behind it", `${raw('"arguments":{}')}x`, 400, -32700],
  ["what is no UTF-8", () => streamOf(new Uint8Array([0x22, 0xff, 0x22])), 400, -32700],
  ["JSON that is 1,000 levels deep", raw(deep(1_000)), 400, -32700],
  ["an object of 10,001 members", raw(`"arguments":{${members(10_001)}}`), 400, -32700],
  ["a body above the limit", raw(`"arguments":{"x":"${"x".repeat(2 ** 20)}"}`), 413, -32000],
  [
    "a body above the limit that does not say its length",
    () => streamOf(...Array.from({ length: 20 }, () => "x".repeat(64 * 1024))),
    413,
    -32000,
  ],
  ["__proto__ among the arguments", raw('"arguments":{"__proto__":{}}'), 400, -32600],
  ["constructor among the parameters", raw('"constructor":{},"arguments":{}'), 400, -32600],
];

function members(count: number): string {
  return Array.from({ length: count }, (_, i) => `"m${i}":1`).join(",");
}

for (const [what, body, status, code] of BODIES) {
  Deno.test(`a body of ${what} is answered with ${status}, and the next one as ever`, async () => {
    await using hub = serving();
    const answer = await send(hub.url, typeof body === "string" ? body : body(), HEADERS);
    deepStrictEqual([answer.status, answer.body.error.code], [status, code]);
    strictEqual((await use(hub.url, "call", { input: open })).status, 200);
  });
}

Deno.test("a body that comes byte by byte is given up, and others are answered meanwhile", async () => {
  await using hub = serving({ bodyTimeoutMs: 100 });
  const never = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode("{")),
  });
  const slow = send(hub.url, never, HEADERS).catch(() => undefined);
  strictEqual((await use(hub.url, "call", { input: open })).status, 200);
  strictEqual((await slow)?.status, 408);
});

Deno.test("headers that are too large are refused with 431", async () => {
  await using hub = serving();
  const answer = await send(hub.url, "{}", { "x-large": "x".repeat(16 * 1024) });
  deepStrictEqual([answer.status, answer.body.error.code], [431, -32000]);
});

Deno.test("a body in another encoding is refused with 415", async () => {
  await using hub = serving();
  strictEqual((await send(hub.url, "{}", { "content-encoding": "gzip" })).status, 415);
});

Deno.test("an input may hold any key; nothing of it is used as a name here", async () => {
  await using hub = serving();
  const inside = '"arguments":{"operation":"test/open","input":{"__proto__":{"isOpen":false}}}';
  const { body } = await send(hub.url, raw(inside), HEADERS);
  deepStrictEqual(body.result.structuredContent, { isOpen: true });
});

for (const name of ["toString", "__proto__", "constructor", "Call", ""]) {
  Deno.test(`the tool "${name}" is unknown, as an error of the protocol (§4.2)`, async () => {
    await using hub = serving();
    const { status, body } = await use(hub.url, name);
    deepStrictEqual([status, body.error.code, body.id], [200, -32602, 1]);
  });
}

Deno.test("a client listens to a hundred tasks at a time, and not to what is no list of texts", async () => {
  await using hub = serving();
  const listen = async (taskIds: unknown) => {
    const meta = { [META.clientCapabilities]: { extensions: { [TASKS]: {} } } };
    const params = { notifications: { taskIds } };
    const { body } = await ask(hub.url, { method: "subscriptions/listen", params, meta });
    return body.error?.code;
  };
  const ids = Array.from({ length: 101 }, (_, i) => `task ${i}`);
  strictEqual(await listen(ids.slice(1)), undefined);
  for (const taskIds of [ids, "task 1", [1], {}]) strictEqual(await listen(taskIds), -32602);
});

Deno.test("what was sent is not told again by an error", async () => {
  await using hub = serving();
  const canary = "canary-7";
  const answers = await Promise.all([
    send(hub.url, `{"${canary}`),
    ask(hub.url, { method: canary, headers: { "mcp-method": canary } }),
    use(hub.url, canary),
    use(hub.url, "call", { input: { operation: "test/echo", input: { [canary]: canary } } }),
    use(hub.url, "search", { input: { limit: canary } }),
    ask(hub.url, { method: "tools/list", headers: { authorization: `Bearer ${canary}` } }),
    ask(hub.url, { method: "tools/list", headers: { "mcp-method": canary } }),
  ]);
  for (const { text } of answers.filter((answer) => answer.status !== 200 || isError(answer))) {
    ok(!text.replaceAll(`/${canary}`, "").includes(canary), text);
  }
});

function isError({ body }: Answered): boolean {
  return body.error !== undefined || body.result.isError === true;
}

Deno.test("pages of other origins, and hosts of other names, are refused with 403", async () => {
  const allowed = "https://app.example";
  await using hub = serving({ allowedOrigins: [allowed] });
  const { host } = new URL(hub.url);
  const at = async (headers: Record<string, string>) =>
    (await ask(hub.url, { method: "tools/list", headers })).status;
  strictEqual(await at({ origin: allowed }), 200);
  strictEqual(await at({ origin: `http://${host}` }), 200);
  for (const origin of ["https://evil.example", "null", `${allowed}.evil.example`, "x"]) {
    strictEqual(await at({ origin }), 403, origin);
  }
  strictEqual(await statusOf(hub.url, "evil.example"), 403);
  strictEqual(await statusOf(hub.url, "localhost:1"), 200);
});

/** `fetch` does not let anybody choose the host. */
async function statusOf(url: string, host: string): Promise<number> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const head = Object.entries({ ...ANN, host, "content-length": String(body.length) })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await connection.write(encoder.encode(`POST /mcp HTTP/1.1\r\n${head}\r\n${body}`));
  const buffer = new Uint8Array(64);
  const length = await connection.read(buffer) ?? 0;
  return Number(new TextDecoder().decode(buffer.subarray(0, length)).split(" ")[1]);
}

Deno.test("a page of an allowed origin is told what it may send and read", async () => {
  const origin = "https://app.example";
  await using hub = serving({ allowedOrigins: [origin] });
  const preflight = await fetch(hub.url, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  strictEqual(preflight.status, 204);
  ok(preflight.headers.get("access-control-allow-headers")?.includes("mcp-protocol-version"));
  const { headers } = await ask(hub.url, { method: "tools/list", headers: { origin } });
  strictEqual(headers.get("access-control-allow-origin"), origin);
  ok(headers.get("access-control-expose-headers")?.includes("mcp-session-id"));
});
