import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHttpBridge } from "../bridges/http/mod.ts";
import {
  connectSpoke,
  type Program,
  type RoutingNode,
  startRoutingNode,
} from "../src/routing/_nodes_testing.ts";
import { createExportRules, DEFAULT_EXPORT_RULES } from "../src/routing/export_rules.ts";
import { createCatalog, openSearch } from "../src/search/mod.ts";
import { until } from "./harness/until.ts";

/** The gateway of a node. */
interface Gateway extends AsyncDisposable {
  ask(path: string, body?: unknown, signal?: AbortSignal): Promise<Response>;
  names(query: string): Promise<readonly string[]>;
}

/** Serves HTTP in front of a node that routes; everybody is somebody who may call spokes. */
function gatewayOf({ routing, dispatcher }: RoutingNode): Gateway {
  const search = openSearch({
    ...{ own: [], spokes: routing.index },
    exports: createExportRules(DEFAULT_EXPORT_RULES),
  });
  const identity = { id: "ann", scopes: ["spokes:call"] };
  const caller = { identity, role: "client", credential: "1", notAfterMs: null } as const;
  const bridge = createHttpBridge({
    ...{ dispatcher, search, catalog: createCatalog(routing.view), drainMs: 100 },
    admission: {
      resolve: () => caller,
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
    rateLimiter: () => undefined,
    tickets: { issueTicket: () => Promise.resolve({ ticket: "", expiresInS: 1 }) },
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  const ask = (path: string, body?: unknown, signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${server.addr.port}${path}`, {
      headers: { authorization: "Bearer any", "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    ask,
    async names(query) {
      const { output } = await (await ask(`/search?query=${query}`)).json();
      return output.operations.map(({ name }: { name: string }) => name);
    },
    async [Symbol.asyncDispose]() {
      search[Symbol.dispose]();
      await bridge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** Two nodes of one hub, a spoke at the second, and a gateway at the first. */
async function farSpoke(): Promise<AsyncDisposable & { gateway: Gateway; spoke: Program }> {
  await using stack = new AsyncDisposableStack();
  const here = stack.use(await startRoutingNode());
  const there = stack.use(await startRoutingNode({ realm: here.realm }));
  const gateway = stack.use(gatewayOf(here));
  const spoke = stack.use(await connectSpoke(there, "dev1"));
  await until(() => here.routing.index.get("dev1"), { what: "dev1 to be known here" });
  const parts = stack.move();
  return { gateway, spoke, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

Deno.test("an operation of a spoke at another node is found, understood and called over HTTP", async () => {
  await using hub = await farSpoke();
  const { gateway } = hub;
  deepStrictEqual(await gateway.names("echo"), ["dev1/test/echo"]);
  const schema = await (await gateway.ask("/schema?name=/dev1/test/echo")).json();
  deepStrictEqual(Object.keys(schema.output.input_schema.properties), ["text"]);
  const body = { operation: "/dev1/test/echo", input: { text: "hi" } };
  const answer = await (await gateway.ask("/call", body)).json();
  deepStrictEqual(answer.output, { text: "hi", by: "dev1", for: "ann" });
});

Deno.test("fields of what a spoke offers are found, without its schemas being compiled", async () => {
  await using hub = await farSpoke();
  ok((await hub.gateway.names("text")).includes("dev1/test/echo"));
});

Deno.test("the values of a spoke's subscription are server-sent events", async () => {
  await using hub = await farSpoke();
  const body = { operation: "/dev1/test/count", input: { to: 3 } };
  strictEqual(
    await (await hub.gateway.ask("/subscribe", body)).text(),
    "data: 0\n\ndata: 1\n\ndata: 2\n\nevent: completed\ndata: {}\n\n",
  );
});

Deno.test("gateway.md 7.5: closing the connection in the middle of a stream aborts it at the spoke", async () => {
  await using hub = await farSpoke();
  const { gateway, spoke } = hub;
  const leaving = new AbortController();
  const body = { operation: "/dev1/test/count", input: { to: 1e9 } };
  const response = await gateway.ask("/subscribe", body, leaving.signal);
  const reader = response.body?.getReader();
  ok((await reader?.read())?.value !== undefined);
  strictEqual(spoke.running(), 1);
  leaving.abort();
  await until(() => spoke.running() === 0, { what: "the spoke to end it" });
});

Deno.test("closing the connection in the middle of a call aborts it at the spoke", async () => {
  await using hub = await farSpoke();
  const { gateway, spoke } = hub;
  const leaving = new AbortController();
  const asked = gateway.ask("/call", { operation: "/dev1/test/wait" }, leaving.signal)
    .catch(() => "left");
  await until(() => spoke.running() === 1, { what: "the call to arrive" });
  leaving.abort();
  strictEqual(await asked, "left");
  await until(() => spoke.running() === 0, { what: "the spoke to end it" });
});

Deno.test("a refusal that comes from a spoke at another node has its status, not a stream", async () => {
  await using hub = await farSpoke();
  const body = { operation: "/dev1/test/count", input: { to: "x" } };
  strictEqual((await (await hub.gateway.ask("/subscribe", body)).json()).code, "INVALID_INPUT");
});

Deno.test("a spoke that goes is found no more", async () => {
  await using hub = await farSpoke();
  const { gateway, spoke } = hub;
  await spoke[Symbol.asyncDispose]();
  await until(async () => (await gateway.names("echo")).length === 0, { what: "it to be gone" });
});
