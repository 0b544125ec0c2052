/**
 * A secret's whole way: set by a caller, stored encrypted, granted to an operation as it is
 * registered, used by its handler alone, and shown by nothing.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import {
  type Capabilities,
  createDispatcher,
  type OperationContext,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { newMasterKey, parseMasterKey } from "../src/crypto/mod.ts";
import { registerCredentialOperations } from "../src/operations/credentials/register.ts";
import { type StartedSecrets, startSecrets } from "../src/start_secrets.ts";
import { openDatabase } from "../src/storage/database.ts";
import { findCanaries, makeCanary } from "./harness/canaries.ts";
import { testDatabase } from "./harness/database.ts";
import { testConfig } from "./harness/hub.ts";
import { startProxy } from "./harness/proxy.ts";
import { until } from "./harness/until.ts";

const ADMIN = { id: "alk_admin00000", scopes: ["credentials:write", "weather"] };
const MASTER_KEY = newMasterKey();
const LIMITS = { poolSize: 3, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 };

type Handler = (capabilities: Capabilities, context: OperationContext) => Promise<unknown>;

/** A node that offers `/weather/now`, whose handler holds the secret of `weather`. */
async function testWeather(handler: Handler, at?: string) {
  await using stack = new AsyncDisposableStack();
  const url = at ?? stack.use(await testDatabase()).url;
  const database = stack.use(await openDatabase({ url, ...LIMITS }));
  const { book, source } = stack.use<StartedSecrets>(
    await startSecrets(await testConfig({ postgres: { url, ...LIMITS } }), {
      ...{ database, nodeId: "n", ownsDatabase: false },
      masterKeys: [parseMasterKey(MASTER_KEY)],
    }),
  );
  ok(book && source);
  const registry = new OperationRegistry();
  registerCredentialOperations(registry, { book, authorOf: ({ id }) => ({ kind: "key", id }) });
  registry.register({
    ...{ namespace: "weather", name: "now", version: "1.0.0", type: OperationType.QUERY },
    description: "Asks a service that wants to know who asks",
    inputSchema: Type.Object({}),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: ["weather"] },
    handler: (_input: unknown, context: OperationContext) => {
      ok(context.capabilities);
      return handler(context.capabilities, context);
    },
  }, { visibility: "external", capabilities: source.loaderOf(["weather"]) });
  const dispatcher = createDispatcher({ view: registryView(registry) });
  const call = (operation: string, input: object = {}, identity = ADMIN) =>
    dispatcher.call({ operation, input, identity });
  const set = async (token: string, more: object = {}) => {
    const credential = { kind: "bearer", token };
    await call("/hub/credentials/set", { provider: "weather", credential, ...more });
  };
  const parts = stack.move();
  return { call, set, source, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** A service that answers with the length of the token that it was shown. */
function startService() {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    (request) => Response.json({ shown: request.headers.get("authorization")?.length ?? 0 }),
  );
}

Deno.test("a handler uses the secret that it was granted, as it is stored now", async () => {
  await using service = startService();
  const { port } = service.addr;
  await using hub = await testWeather(async (capabilities) =>
    await capabilities.use("weather", async (secret) => {
      const headers = { authorization: `Bearer ${secret}` };
      return await (await fetch(`http://127.0.0.1:${port}`, { headers })).json();
    })
  );
  const seen = async () => await hub.call("/weather/now");
  await rejects(seen, { code: "EXECUTION_ERROR" }, "nothing is stored yet");
  for (const token of ["four", "longer than that"]) {
    await hub.set(token);
    await until(() => hub.source.capabilities(["weather"]).get("weather") === token, {
      what: "the change to be heard",
    });
    deepStrictEqual(await seen(), { shown: "Bearer ".length + token.length });
  }
  await hub.call("/hub/credentials/delete", { provider: "weather" });
  await until(() => !hub.source.capabilities(["weather"]).has("weather"), {
    what: "the deletion to be heard",
  });
  await rejects(seen, { code: "EXECUTION_ERROR" });
});

Deno.test("whatever a handler does with what it was given, nothing shows the secret", async () => {
  const canary = makeCanary("token");
  const said: string[] = [];
  await using hub = await testWeather((capabilities, context) => {
    ok(capabilities.has("weather"));
    const whole = { capabilities, context };
    said.push(Deno.inspect(whole, { depth: 20, showHidden: true }), `${capabilities}`);
    said.push(Object.keys(capabilities).join(), JSON.stringify({ ...capabilities }));
    said.push(JSON.stringify(Reflect.ownKeys(capabilities).map(String)));
    throws(() => JSON.stringify(whole), TypeError);
    throws(() => structuredClone(capabilities));
    throws(() => Object.assign(capabilities, { weather: "mine" }), TypeError);
    strictEqual(capabilities.get("another"), undefined);
    return Promise.resolve(whole);
  });
  await hub.set(canary.value);
  await until(() => hub.source.capabilities(["weather"]).has("weather"), { what: "the secret" });
  // It answers with its whole context: that cannot be told to anybody.
  const answer = await hub.call("/weather/now").catch((error: unknown) => error);
  throws(() => JSON.stringify(answer), TypeError);
  said.push(Deno.inspect(answer, { depth: 20 }));
  deepStrictEqual(findCanaries([canary], { said: said.join("\n") }), []);
});

Deno.test("who is not let in reaches no secret", async () => {
  let ran = 0;
  await using hub = await testWeather(() => Promise.resolve(ran++));
  await hub.set("x");
  await rejects(hub.call("/weather/now", {}, { id: "alk_other00000", scopes: [] }), {
    code: "ACCESS_DENIED",
  });
  strictEqual(ran, 0);
});

Deno.test("a secret that has ended is granted no more, and one of an account goes by its name", async () => {
  await using hub = await testWeather(() => Promise.resolve(null));
  await hub.set("old", { expiresAt: 1 });
  await hub.set("of ann", { account: "ann" });
  await until(() => hub.source.capabilities(["weather/ann"]).get("weather/ann") === "of ann", {
    what: "both to be heard",
  });
  deepStrictEqual(hub.source.capabilities(["weather", "weather/ann"]).names(), ["weather/ann"]);
});

Deno.test("a node that was cut off from Postgres uses what it has, and then what was stored meanwhile", async () => {
  await using database = await testDatabase();
  const behind = new URL(database.url);
  await using proxy = startProxy({ port: Number(behind.port) });
  behind.port = String(proxy.port);
  const handler: Handler = (capabilities) => Promise.resolve(capabilities.get("weather"));
  await using cutOff = await testWeather(handler, behind.href);
  await using other = await testWeather(handler, database.url);
  const seen = async () => await cutOff.call("/weather/now");
  await other.set("before");
  await until(async () => await seen() === "before", { what: "the secret to be heard of" });
  proxy.cut();
  await other.set("meanwhile");
  strictEqual(await seen(), "before");
  await rejects(cutOff.set("never"), { code: "UNAVAILABLE", retryable: true });
  proxy.heal();
  await until(async () => await seen() === "meanwhile", { what: "all to be read again" });
});
