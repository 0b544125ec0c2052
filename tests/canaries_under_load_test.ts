/**
 * The whole product runs once, under load, with made-up secrets in every place where a secret can be.
 * Then everything that it has said or stored is searched for them.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { connectClient, connectSpoke, operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { join } from "node:path";
import { dumpNats, dumpPostgres, filesBelow } from "./harness/all_that_is_stored.ts";
import { testBus } from "./harness/bus.ts";
import { type Canary, findCanaries, makeCanary, type Places } from "./harness/canaries.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { type HubProcess, runHub, spawnHub } from "./harness/hub.ts";
import { until } from "./harness/until.ts";
import { registrationRequest } from "./harness/worker.ts";

/** Every secret that is made up here, and those that the hub makes. */
const secrets: Record<string, Canary> = Object.fromEntries(
  [
    ...["master key", "other master key", "hash key", "hash key before", "password of NATS"],
    ...["bearer", "password", "access key", "secret key", "session token", "parameter"],
    ...["imported", "input", "output", "item", "error", "wrong shape", "wrong key", "in a URL"],
  ].map((name) => [name, makeCanary(name)]),
);
const valueOf = (name: string) => secrets[name]?.value ?? "";

/** A token that the hub has made. Its prefix is public. */
function noteToken(name: string, token: string): string {
  const [, secret = ""] = /^[a-z]+_(?:[0-9A-Za-z]{10}_)?(.+)$/.exec(token) ?? [];
  ok(secret.length > 40, `${name} is a token`);
  secrets[name] = { name, value: secret };
  return token;
}

interface Running {
  readonly url: string;
  readonly admin: string;
  /** What callers were told, but for the answers whose purpose is to tell a secret. */
  readonly told: string[];
}

interface Asked {
  readonly key?: string | undefined;
  /** Whether the answer tells a secret to whom it is meant for. */
  readonly isPrivate?: boolean;
}

async function send(
  { url, told }: Running,
  path: string,
  { body, key, isPrivate, headers = {} }: Asked & {
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const response = await fetch(`${url}${path}`, {
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (isPrivate !== true) told.push(`${JSON.stringify([...response.headers])} ${text}`);
  return { status: response.status, text };
}

async function call(hub: Running, name: string, input: object, asked: Asked = {}) {
  const body = { operation: name, input };
  const { text } = await send(hub, "/call", { key: hub.admin, ...asked, body });
  return JSON.parse(text).output ?? {};
}

/** A service that wants a credential and answers with nothing of it. */
function startService() {
  const document = {
    openapi: "3.0.3",
    info: { title: "Weather", version: "1.0.0" },
    paths: {
      "/now": {
        get: {
          operationId: "now",
          summary: "Weather now",
          responses: { 200: { description: "" } },
        },
      },
    },
  };
  let shown = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => {
      if (request.url.endsWith("/openapi.json")) return Response.json(document);
      const isShown = request.headers.get("authorization") === `Bearer ${valueOf("imported")}`;
      if (isShown) shown++;
      return Response.json({ sunny: isShown }, { status: isShown ? 200 : 401 });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    shown: () => shown,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function importOf(baseUrl: string) {
  return {
    ...{ openapi: `${baseUrl}/openapi.json`, baseUrl, credential: "weather", allowPrivate: true },
    auth: { scheme: "bearer" },
  };
}

function environmentOf(realm: string, databaseUrl: string): Record<string, string> {
  return {
    ...{ HUB_REALM: realm, NATS_URL: testEnvironment().natsUrl, DATABASE_URL: databaseUrl },
    ...{ HUB_NATS_USER: "hub", HUB_MASTER_KEY_ENV: "HUB_MASTER_KEY" },
    HUB_MASTER_KEY: valueOf("master key"),
    HUB_AUTH_HASH_KEY: valueOf("hash key"),
    HUB_AUTH_PREVIOUS_HASH_KEY: valueOf("hash key before"),
    ...{ HUB_AUTH_REGISTRATION: "true", HUB_CALLS_PAYLOADS: "true" },
    ...{ HUB_LOG_LEVEL: "trace", HUB_LOG_FORMAT: "json" },
  };
}

/** Puts the secrets of services where they belong. */
async function setCredentials(hub: Running): Promise<void> {
  const set = (provider: string, credential: object) =>
    call(hub, "/hub/credentials/set", { provider, credential });
  await set("weather", { kind: "bearer", token: valueOf("imported") });
  await set("bearer", { kind: "bearer", token: valueOf("bearer") });
  await set("basic", { kind: "basic", username: "ann", password: valueOf("password") });
  await set("s3", {
    kind: "s3AccessKey",
    accessKey: valueOf("access key"),
    secretKey: valueOf("secret key"),
    sessionToken: valueOf("session token"),
  });
  await set("custom", { kind: "custom", scheme: "x", params: { a: valueOf("parameter") } });
  // Refused: a secret in the wrong place, of a wrong kind, in a text that is no JSON.
  const wrong = valueOf("wrong shape");
  await set(wrong, { kind: "bearer", token: "x" });
  await set("wrong", { kind: "bearer", [wrong]: wrong });
  await set("wrong", { kind: wrong, token: [wrong] });
  await call(hub, wrong, {});
  await send(hub, "/call", { key: hub.admin, body: `{"operation": ${wrong}` });
}

/** A tool server whose operations take, give and lose secrets. */
async function connectVault(url: string, key: string) {
  const Secret = Type.String({ secret: true });
  return await connectSpoke({
    url: `${url.replace("http", "ws")}/ws`,
    key,
    operations: [
      operation({
        ...{ name: "vault/swap", type: "query", description: "Takes a secret and gives another" },
        input: Type.Object({ password: Secret, list: Type.Array(Secret), note: Type.String() }),
        output: Type.Object({ token: Secret, note: Type.String() }),
        handler: ({ note }) => ({ token: valueOf("output"), note }),
      }),
      operation({
        ...{ name: "vault/fail", type: "query", description: "Fails, and says too much" },
        input: Type.Object({ password: Secret }),
        output: Type.Object({}),
        handler: ({ password }) => {
          throw new Error(`upstream refused ${password} and ${valueOf("error")}`);
        },
      }),
    ],
  });
}

const secretInput = () => ({
  password: valueOf("input"),
  list: [valueOf("item")],
  note: "nothing secret",
});

/** Calls in every way there is, many at a time. */
async function load(hub: Running, imported: string): Promise<void> {
  const client = connectClient({ url: `${hub.url.replace("http", "ws")}/ws`, key: hub.admin });
  const told = { key: hub.admin, isPrivate: true };
  const swap = "/dev1/vault/swap", fail = "/dev1/vault/fail";
  const wrong = { ...secretInput(), note: { password: valueOf("wrong shape") } };
  const one = async () => {
    const answers = await Promise.all([
      call(hub, swap, secretInput(), told),
      client.call(swap, secretInput()),
      useTool(hub, "call", { operation: swap.slice(1), input: secretInput() }, told),
    ]);
    ok(answers.every((answer) => JSON.stringify(answer).includes(valueOf("output"))));
    await call(hub, fail, { password: valueOf("input") });
    await call(hub, swap, wrong);
    await call(hub, imported, {});
    await client.call(fail, { password: valueOf("input") }).catch((error) =>
      void hub.told.push(Deno.inspect(error, { depth: 9 }))
    );
    await useTool(hub, "call", { operation: fail.slice(1), input: { password: valueOf("input") } });
    const [password] = [valueOf("input")];
    const calls = [{ operation: fail, input: { password } }, { operation: swap, input: wrong }];
    await send(hub, "/batch", { key: hub.admin, body: { calls } });
  };
  const worker = async () => {
    for (let turn = 0; turn < 8; turn++) await one();
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  await client.close();
}

/** One tool of MCP, without a session. */
async function useTool(hub: Running, name: string, input: object, asked: Asked = {}) {
  const version = "2026-07-28";
  const { text } = await send(hub, "/mcp", {
    ...{ key: hub.admin, ...asked },
    headers: {
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": version,
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: {
        ...{ name, arguments: input },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": version,
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    },
  });
  return text;
}

/** Shows credentials that are none, in all the places where people put them. */
async function tryWrongKeys(hub: Running, key: string): Promise<void> {
  const wrong = `alk_0123456789_${valueOf("wrong key")}`, inUrl = valueOf("in a URL");
  const mistyped = `${key.slice(0, -1)}~`;
  for (const shown of [wrong, mistyped, valueOf("wrong key")]) {
    await send(hub, "/call", { key: shown, body: { operation: "/services/list", input: {} } });
    await send(hub, "/mcp", { key: shown, body: {} });
    await send(hub, "/v1/workers/register", { body: { token: shown, public_key: shown } });
  }
  const query = encodeURIComponent(inUrl);
  for (const path of [`/search?api_key=${query}`, `/ws?token=${query}`, `/${query}`]) {
    await send(hub, path);
  }
  const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws?token=${query}`);
  await new Promise((resolve) => socket.onclose = resolve);
}

/** A worker that registers, and the token that it gets. */
async function register(hub: Running): Promise<void> {
  const { token } = await call(hub, "/hub/registration/create", { peerId: "gpu1" }, {
    isPrivate: true,
  });
  noteToken("registration token", token);
  const body = await registrationRequest(token);
  const { status, text } = await send(hub, "/v1/workers/register", { body, isPrivate: true });
  strictEqual(status, 201, text);
  noteToken("session token of a worker", JSON.parse(text).session_token);
}

/** Everything that may be read, by somebody who may read all of it. */
async function readAll(hub: Running, key: string): Promise<void> {
  const readings = [
    ...["keys/list", "peers/list", "roles/list", "registration/list", "audit/list"],
    ...["credentials/list-names", "calls/list", "spokes/list", "nodes/list", "imports/list"],
  ];
  for (const name of readings) await call(hub, `/hub/${name}`, {});
  for (const path of ["healthz", "readyz", "metrics", "openapi.json", "search", "nowhere"]) {
    await send(hub, `/${path}`, { key });
    await send(hub, `/${path}`);
  }
  await call(hub, "/services/schema", { name: "/dev1/vault/swap" });
}

/** Whether calls with that in them have come to where calls are kept. */
async function isKept(databaseUrl: string, text: string): Promise<boolean> {
  return String((await dumpPostgres(databaseUrl))["table public.calls"]).includes(text);
}

/** Starts that fail: what a hub says of its own end. */
async function crashes(env: Record<string, string>, cwd: string): Promise<string> {
  const starts = [
    { HUB_MASTER_KEY: valueOf("other master key") },
    { HUB_AUTH_HASH_KEY: valueOf("wrong key"), HUB_AUTH_PREVIOUS_HASH_KEY: valueOf("in a URL") },
    { DATABASE_URL: `postgres://hub:${encodeURIComponent(valueOf("wrong key"))}@127.0.0.1:1/hub` },
  ];
  const args = ["start", "--http-port", "0"];
  const ended = await Promise.all(
    starts.map((more) => runHub({ args, cwd, env: { ...env, ...more } })),
  );
  for (const { code, stderr } of ended) strictEqual(code, 1, stderr);
  return ended.map(({ stdout, stderr }) => stdout + stderr).join("\n");
}

async function firstKeyOf(hub: HubProcess): Promise<string> {
  return noteToken(
    "first key",
    await until(() => /alk_[\w-]{60}/.exec(hub.output())?.[0], { what: "the first key" }),
  );
}

Deno.test("under load no secret is found in logs, answers, errors, metrics, NATS, Postgres or backups", async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const cwd = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(cwd, { recursive: true }));
  const { bus } = stack.use(await testBus());
  const service = stack.use(startService());
  const env = environmentOf(bus.realm, database.url);
  const heard: string[] = [];
  bus.connection.subscribe(`${bus.realm}.>`, {
    callback: (_error, { subject, headers, data }) =>
      void heard.push(`${subject} ${headers ?? ""} ${new TextDecoder("latin1").decode(data)}`),
  });
  await Deno.writeTextFile(
    join(cwd, "hub.jsonc"),
    JSON.stringify({ imports: { weather: importOf(service.url) } }),
  );
  const set = ["config", "set", "--secret", "nats.password"];
  const config = await runHub({ args: set, cwd, env, stdin: valueOf("password of NATS") });
  strictEqual(config.code, 0, config.stderr);

  const hub = stack.use(spawnHub({ args: [], cwd, env }));
  const url = await hub.ready;
  const told: string[] = [];
  const admin = await firstKeyOf(hub);
  const running = { url, told, admin };
  // Over NATS, where somebody listens.
  const made = await runHub({ args: ["keys", "create", "load", "--preset", "admin"], cwd, env });
  const key = noteToken("key", made.stdout.trim());
  const limit = { perSecond: 10_000, burst: 10_000 };
  await call(running, "/hub/keys/update", { prefix: admin.slice(0, 14), limit });
  await call(running, "/hub/peers/create", { peerId: "dev1", role: "node" });
  const token = await call(running, "/hub/peers/add-token", { peerId: "dev1" }, {
    isPrivate: true,
  });
  noteToken("token of a peer", token.token);
  const ticket = await send(running, "/v1/ws-tickets", { key, body: {}, isPrivate: true });
  noteToken("ticket", /alktkt_[\w-]+/.exec(ticket.text)?.[0] ?? "");
  await setCredentials(running);
  await register(running);
  const vault = await connectVault(url, token.token);
  stack.defer(() => vault.close());
  const found = await until(async () => {
    const { text } = await send(running, "/search?query=weather", { key });
    const names: { name: string }[] = JSON.parse(text).output?.operations ?? [];
    const { status } = await send(running, "/call", {
      ...{ key, isPrivate: true, body: { operation: "/dev1/vault/swap", input: secretInput() } },
    });
    return status === 200
      ? names.find(({ name }) => name.includes("weather/now"))?.name
      : undefined;
  }, { what: "the tools to be there" });
  await load(running, `/${found}`);
  ok(service.shown() >= 32, "the credential of the import was used");
  await tryWrongKeys(running, key);
  await until(() => isKept(database.url, "nothing secret"), { what: "the calls to be kept" });
  await readAll(running, key);
  const backup = await runHub({ args: ["backup", "b1", "--live"], cwd, env });
  strictEqual(backup.code, 0, backup.stderr);

  const places: Places = {
    "what callers were told": told.join("\n"),
    "what passed NATS": heard.join("\n"),
    "what crashed starts said": await crashes(env, cwd),
    "what commands said": config.stdout + config.stderr + made.stderr + backup.stderr,
    ...await dumpPostgres(database.url),
    ...await dumpNats(bus),
    ...await filesBelow(cwd),
  };
  hub.kill("SIGTERM");
  await hub.exited;
  // The search is worth something: what is not secret is found in the same places.
  match(String(places["table public.calls"]), /nothing secret/);
  match(String(places["what callers were told"]), /metrics|hub_calls_total/);
  ok(hub.output().length > 4_000, `${hub.output().length} characters of log`);
  ok(heard.length > 100, `${heard.length} messages`);
  const log = hub.output().replaceAll(admin, "(printed once)");
  const all = Object.values(secrets);
  ok(all.length > 20 && all.every(({ value }) => value.length >= 36));
  deepStrictEqual(findCanaries(all, { ...places, "its log": log }), []);
});
