/** MCP over nodes that share NATS, with real spokes and the hub's own search. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createRateLimiter } from "@alkdev/operations";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpBridge } from "../bridges/mcp/mod.ts";
import { createExportRules, DEFAULT_EXPORT_RULES } from "../src/routing/export_rules.ts";
import { connectSpoke, type RoutingNode, startRoutingNode } from "../src/routing/_nodes_testing.ts";
import { createCatalog, openSearch } from "../src/search/mod.ts";
import { until } from "./harness/until.ts";

/** A node that speaks MCP. */
interface McpNode extends AsyncDisposable {
  readonly node: RoutingNode;
  readonly url: string;
}

async function startMcpNode(realm?: string): Promise<McpNode> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await startRoutingNode(realm === undefined ? {} : { realm }));
  const { view, index } = node.routing;
  const exports = createExportRules(DEFAULT_EXPORT_RULES);
  const bridge = stack.use(createMcpBridge({
    dispatcher: node.dispatcher,
    catalog: createCatalog(view),
    search: stack.use(openSearch({ own: [], spokes: index, exports })),
    rateLimiter: createRateLimiter({ perSecond: 1e6, burst: 1e6 }),
    admission: {
      resolve(token) {
        const [id = "", scopes = ""] = token.split("|");
        const identity = { id, scopes: scopes.split("+") };
        return { identity, role: "client", credential: token, notAfterMs: null };
      },
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
    serverInfo: { name: "hub", version: "1.2.3" },
    drainMs: 1_000,
  }));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  const parts = stack.move();
  return {
    node,
    url: `http://127.0.0.1:${server.addr.port}/mcp`,
    async [Symbol.asyncDispose]() {
      await parts[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

interface Asking extends AsyncDisposable {
  use(tool: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<Said>;
}

/** What a tool gave. */
interface Said {
  readonly isError: boolean;
  // deno-lint-ignore no-explicit-any -- what is in it is what tests look at
  readonly value: any;
}

async function connect(url: string, scopes = "spokes:call"): Promise<Asking> {
  const versionNegotiation = { mode: { pin: "2026-07-28" } };
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation });
  const headers = { authorization: `Bearer ann|${scopes}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return {
    async use(name, input, signal) {
      const options = signal === undefined ? {} : { signal };
      const { isError, structuredContent } = await client.callTool(
        { name, arguments: input },
        options,
      );
      return { isError: isError === true, value: structuredContent };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

Deno.test("what a spoke offers is found, understood and called from either node", async () => {
  await using here = await startMcpNode();
  await using there = await startMcpNode(here.node.realm);
  await using _spoke = await connectSpoke(here.node, "dev1");
  for (const { url } of [here, there]) {
    await using client = await connect(url);
    const found = await until(async () => {
      const { value } = await client.use("search", { query: "echo" });
      return value.operations[0];
    }, { what: "the operation to be found" });
    deepStrictEqual(found, { name: "dev1/test/echo", description: "[dev1] For tests" });
    const schema = await client.use("schema", { name: found.name });
    strictEqual(schema.value.input_schema.properties.text.type, "string");
    const said = await client.use("call", { operation: found.name, input: { text: "hi" } });
    deepStrictEqual([said.isError, said.value.text, said.value.by], [false, "hi", "dev1"]);
  }
});

Deno.test("whoever may not call spokes finds nothing of theirs, and calls nothing", async () => {
  await using here = await startMcpNode();
  await using _spoke = await connectSpoke(here.node, "dev1");
  await using known = await connect(here.url);
  await until(async () => (await known.use("search", {})).value.operations.length > 0, {
    what: "the operations to be found",
  });
  await using stranger = await connect(here.url, "none");
  deepStrictEqual((await stranger.use("search", {})).value, { operations: [] });
  const echo = { operation: "dev1/test/echo", input: { text: "hi" } };
  strictEqual((await stranger.use("call", echo)).value.code, "FORBIDDEN");
});

Deno.test("search leaves subscriptions out, and says where the next page begins", async () => {
  await using here = await startMcpNode();
  await using _spoke = await connectSpoke(here.node, "dev1");
  await using client = await connect(here.url, "spokes:call+top");
  const names: string[] = [];
  let cursor: string | undefined;
  await until(async () => (await client.use("search", {})).value.operations.length > 0, {
    what: "the operations to be found",
  });
  do {
    const { value } = await client.use("search", { limit: 2, ...(cursor ? { cursor } : {}) });
    names.push(...value.operations.map(({ name }: { name: string }) => name));
    cursor = value.next_cursor;
  } while (cursor !== undefined);
  strictEqual(new Set(names).size, names.length);
  for (const name of ["echo", "fail", "secret", "wait"]) ok(names.includes(`dev1/test/${name}`));
  ok(!names.includes("dev1/test/count"), "a subscription");
  match((await client.use("search", { cursor: "none" })).value.code, /^INVALID_INPUT$/);
});

Deno.test("what a client gives up on one node is aborted at the spoke of another", async () => {
  await using here = await startMcpNode();
  await using there = await startMcpNode(here.node.realm);
  await using spoke = await connectSpoke(here.node, "dev1");
  await using client = await connect(there.url);
  await until(async () => (await client.use("search", {})).value.operations.length > 0, {
    what: "the spoke to be known",
  });
  const giveUp = new AbortController();
  const answer = client.use("call", { operation: "dev1/test/wait" }, giveUp.signal);
  answer.catch(() => {});
  await until(() => spoke.running() === 1, { what: "the call to run at the spoke" });
  giveUp.abort();
  await until(() => spoke.aborted.length === 1, { what: "the call to be aborted there" });
});

Deno.test("a spoke that goes away fails its calls at once", async () => {
  await using here = await startMcpNode();
  const spoke = await connectSpoke(here.node, "dev1");
  await using client = await connect(here.url);
  await until(async () => (await client.use("search", {})).value.operations.length > 0, {
    what: "the spoke to be known",
  });
  const answer = client.use("call", { operation: "dev1/test/wait" });
  await until(() => spoke.running() === 1, { what: "the call to run" });
  await spoke[Symbol.asyncDispose]();
  const { isError, value } = await answer;
  deepStrictEqual([isError, value.code, value.message], [true, "INTERNAL", "connection closed"]);
});

Deno.test("a mistake inside of a spoke tells nothing of it", async () => {
  await using here = await startMcpNode();
  await using _spoke = await connectSpoke(here.node, "dev1");
  await using client = await connect(here.url);
  await until(async () => (await client.use("search", {})).value.operations.length > 0, {
    what: "the spoke to be known",
  });
  const { value } = await client.use("call", { operation: "dev1/test/fail" });
  deepStrictEqual(value, { code: "INTERNAL", message: "internal error", retryable: false });
});
