/** Routes of a deployment's own, and the metrics, on a started hub. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import type { CustomRoute } from "../bridges/custom/mod.ts";
import { startHub } from "../src/start_hub.ts";
import { hubEnvironment, operatorOf } from "./calls/_hubs_testing.ts";
import { testConfig } from "./harness/hub.ts";

async function start(routes: readonly CustomRoute[]) {
  await using stack = new AsyncDisposableStack();
  const { env } = stack.use(await hubEnvironment());
  const config = await testConfig({
    ...{ realm: env.HUB_REALM, nats: { url: env.NATS_URL }, postgres: { url: env.DATABASE_URL } },
    http: { port: 0 },
  });
  const hub = stack.use(await startHub(config, { routes }));
  const operator = stack.use(await operatorOf(env));
  const parts = stack.move();
  return { hub, operator, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** Calls what its body names, as the gateway would. */
const proxy: CustomRoute = {
  path: "/v1/call-it",
  async handle(request, { invoke }) {
    const result = await invoke(await request.text(), {});
    return result.ok
      ? Response.json(result.output)
      : Response.json(result.error, { status: result.status });
  },
};

Deno.test("a route of a deployment's own reaches operations with the rights of its caller", async () => {
  await using world = await start([proxy]);
  const ask = async (key: string | undefined) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const request = { method: "POST", body: "/hub/actors/list", headers };
    const response = await fetch(`${world.hub.url}/v1/call-it`, request);
    return [response.status, Object.keys(await response.json()).includes("actors")];
  };
  deepStrictEqual(await ask(await world.operator.key("actors:read")), [200, true]);
  deepStrictEqual(await ask(await world.operator.key("actors:send")), [403, false]);
  deepStrictEqual(await ask(undefined), [401, false]);
  const document = await (await fetch(`${world.hub.url}/openapi.json`)).text();
  strictEqual(document.includes("call-it"), false);
});

for (const path of ["/call", "/mcp", "/alknet/call", "/healthz", "/metrics", "/v1/ws-tickets"]) {
  Deno.test(`gateway.md 2.8: a hub with a route of its own at ${path} does not start`, async () => {
    await rejects(start([{ ...proxy, path }]), { name: "RangeError" });
  });
}

Deno.test("a token with the scope reads the metrics, also through a proxy; another does not", async () => {
  await using world = await start([]);
  const read = async (scope: string) => {
    const authorization = `Bearer ${await world.operator.key(scope)}`;
    const headers = { authorization, "x-forwarded-for": "10.0.0.7" };
    const response = await fetch(`${world.hub.url}/metrics`, { headers });
    return [response.status, await response.text()] as const;
  };
  const [status, text] = await read("metrics:read");
  strictEqual(status, 200);
  match(text, /^hub_/m);
  deepStrictEqual(await read("actors:read"), [404, "Not Found"]);
});
