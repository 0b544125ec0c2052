import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub, spawnHub } from "./harness/hub.ts";
import { testRealm } from "./harness/realm.ts";
import { until } from "./harness/until.ts";

/** Does what a printed curl command says. */
async function asPrinted(command: string): Promise<Response> {
  const url = /curl (\S+)/.exec(command)?.[1];
  const headers = [...command.matchAll(/-H '([^:']+): ([^']+)'/g)]
    .map(([, name = "", value = ""]): [string, string] => [name, value]);
  const body = /-d '([^']+)'/.exec(command)?.[1];
  ok(url !== undefined && body !== undefined, command);
  return await fetch(url, { method: "POST", headers, body });
}

Deno.test("the first start prints a key and a call with it that works, and no later start does", async () => {
  await using database = await testDatabase();
  const env = {
    HUB_NATS_URL: testEnvironment().natsUrl,
    HUB_REALM: testRealm(),
    HUB_POSTGRES_URL: database.url,
    HUB_AUTH_HASH_KEY: "0123456789abcdef0123456789abcdef",
  };
  {
    await using hub = spawnHub({ args: [], env });
    await hub.ready;
    const command = await until(() => /curl \S+\/call [^]*?-d '[^']+'/.exec(hub.output())?.[0], {
      what: "the call to be printed",
    });
    const response = await asPrinted(command);
    strictEqual(response.status, 200);
    strictEqual((await response.json()).result, "ok");
  }
  await using again = spawnHub({ args: [], env });
  await again.ready;
  await until(() => again.output().includes("Stop it"), { what: "the rest to be printed" });
  ok(!again.output().includes("alk_"));
});

Deno.test("a spoke that was enrolled at one node is called over HTTP at another", async () => {
  await using database = await testDatabase();
  const env = {
    HUB_NATS_URL: testEnvironment().natsUrl,
    HUB_REALM: testRealm(),
    HUB_POSTGRES_URL: database.url,
    HUB_AUTH_HASH_KEY: "0123456789abcdef0123456789abcdef",
  };
  await using first = spawnHub({ args: [], env });
  const here = await first.ready;
  const key = await until(() => /alk_[\w-]+/.exec(first.output())?.[0], { what: "the key" });
  await using second = spawnHub({ args: [], env });
  const there = await second.ready;
  strictEqual((await runHub({ args: ["peers", "create", "dev1"], env })).code, 0);
  const made = await runHub({ args: ["peers", "token", "dev1"], env });
  const token = /alkpeer_[\w-]+/.exec(made.stdout)?.[0];
  ok(token !== undefined, made.stderr);

  const socket = new WebSocket(`${here.replace("http", "ws")}/ws`, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.binaryType = "arraybuffer";
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onmessage = ({ data }) => answer(socket, data);
  const call = async (url: string, bearer: string) => {
    const response = await fetch(`${url}/call`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ operation: "/dev1/text/upper", input: { text: "hello" } }),
    });
    return { status: response.status, body: await response.json() };
  };
  await until(async () => (await call(there, key)).status === 200, { what: "the spoke" });
  for (const url of [here, there]) {
    const { status, body } = await call(url, key);
    strictEqual(status, 200);
    deepStrictEqual(body.output, "HELLO");
  }
  strictEqual((await call(there, `${key}x`)).status, 401);
  await runHub({ args: ["peers", "disable", "dev1"], env });
  await closed;
  await until(async () => (await call(there, key)).status === 404, { what: "it to be gone" });
});

/** A spoke by hand, of one operation. */
function answer(socket: WebSocket, data: string | ArrayBuffer): void {
  const text = typeof data === "string" ? data : new TextDecoder().decode(data);
  const { id, type, payload } = JSON.parse(text);
  if (type !== "call.requested") return;
  const input = {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
  };
  const upper = {
    ...{ name: "text/upper", op_type: "query", visibility: "external" },
    ...{ input_schema: input, output_schema: { type: "string" } },
    access_control: { required_scopes: [] },
  };
  const output = payload.operationId === "/services/list"
    ? { operations: [upper] }
    : String(payload.input.text).toUpperCase();
  socket.send(JSON.stringify({ id, type: "call.responded", payload: { output } }));
}
