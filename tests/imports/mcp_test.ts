import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type FakeServer,
  type FakeTool,
  startMcpServer,
} from "../../packages/operations/src/mcp/_mcp_server.ts";
import { until } from "../harness/until.ts";
import { type Importing, type ImportingHub, startImporting } from "./_importing_testing.ts";

const text = (value: string) => ({ content: [{ type: "text", text: value }] });
const properties = { n: { type: "integer" } };

const TOOLS: FakeTool[] = [
  {
    name: "double",
    description: "Twice the number",
    inputSchema: { properties, required: ["n"] },
    outputSchema: { properties, required: ["n"] },
    call: (input) => ({
      ...text("text for people"),
      structuredContent: { n: 2 * Number(Reflect.get(Object(input), "n")) },
    }),
  },
  { name: "say", call: () => text('{"looks":"like JSON"}') },
  {
    name: "fail",
    call: () => ({ ...text("no such file"), structuredContent: { errno: 2 }, isError: true }),
  },
];

/** A hub that imports an MCP server. */
async function importing(
  { tools = TOOLS, server: options = {}, nodes = 1, ...config }: {
    readonly tools?: FakeTool[];
    readonly server?: Parameters<typeof startMcpServer>[1];
    readonly nodes?: number;
    readonly credential?: string;
  } = {},
): Promise<ImportingHub & { readonly server: FakeServer }> {
  await using stack = new AsyncDisposableStack();
  const server = await startMcpServer(tools, { sessions: true, ...options });
  stack.defer(server.close);
  const hub = stack.use(
    await startImporting({ tools: { mcp: server.url, ...config } }, { nodes }),
  );
  if (config.credential === undefined) await hub.admin.status("tools");
  const parts = stack.move();
  return { ...hub, server, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

const double = async (at: Importing) => (await at.call("/tools/double", { n: 21 })).body.output;

Deno.test("tools are found and called; structured content wins, and text is not read as JSON", async () => {
  await using hub = await importing();
  const { admin } = hub;
  await admin.names("tools", [
    ...["tools/double", "tools/fail", "tools/say"],
  ]);
  deepStrictEqual(await double(admin), { n: 42 });
  const said = await admin.call("/tools/say");
  deepStrictEqual(said.body.output, [{ type: "text", text: '{"looks":"like JSON"}' }]);
  strictEqual((await admin.call("/tools/double", { n: "x" })).status, 422);
  strictEqual((await (await hub.as("spokes:call")).call("/tools/say")).status, 403);
});

Deno.test("a tool that says that it failed is a failed call, with its content as details", async () => {
  await using hub = await importing();
  const { status, body } = await hub.admin.call("/tools/fail");
  deepStrictEqual([status, body.code, body.message, body.retryable], [
    ...[500, "MCP_TOOL_ERROR", "no such file", false],
  ]);
  deepStrictEqual(body.details, {
    content: [{ type: "text", text: "no such file" }],
    structuredContent: { errno: 2 },
  });
});

Deno.test("all calls share one session, and one that the server forgot is begun anew by the next call", async () => {
  await using hub = await importing();
  const { admin, server } = hub;
  for (let i = 0; i < 20; i++) deepStrictEqual(await double(admin), { n: 42 });
  strictEqual(server.begun, 1);
  await server.forget();
  const answers = await Promise.all(Array.from({ length: 10 }, () => double(admin)));
  deepStrictEqual(answers, Array.from({ length: 10 }, () => ({ n: 42 })));
  strictEqual(server.begun, 2);
});

Deno.test("tools are listed anew over the same session, also over one that the server forgot", async () => {
  const tools = [...TOOLS];
  await using hub = await importing({ tools });
  const { admin, server } = hub;
  tools.splice(0, 2, { name: "added", call: () => text("here") });
  strictEqual((await admin.refresh("tools")).operations, 2);
  strictEqual(server.begun, 1);
  strictEqual((await admin.call("/tools/double", { n: 1 })).status, 404);
  strictEqual((await admin.call("/tools/added")).status, 200);
  await server.forget();
  tools.push({ name: "later", call: () => text("later") });
  strictEqual((await admin.refresh("tools")).operations, 3);
  strictEqual(server.begun, 2);
});

Deno.test("a server that is gone is told as such, and is back once it is", async () => {
  await using hub = await importing();
  const { admin, server } = hub;
  const { port } = server;
  await server.close();
  const { status, body } = await admin.call("/tools/say");
  deepStrictEqual([status, body.retryable, body.details.reason], [
    ...[500, true, "upstream_unavailable"],
  ]);
  strictEqual((await admin.refresh("tools")).state, "failing");
  ok((await admin.found("tools")).includes("tools/say"));
  const again = await startMcpServer([{ name: "new", call: () => text("new") }], {
    ...{ sessions: true, port },
  });
  await using _ = { [Symbol.asyncDispose]: () => again.close() };
  await admin.status("tools", ({ state, operations }) => state === "ok" && operations === 1);
  strictEqual((await admin.call("/tools/new")).status, 200);
});

Deno.test("tools that cannot be listed leave calls alone, until another connection has taken over", async () => {
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Record<string, unknown>>();
  const slow: FakeTool = {
    name: "slow",
    call() {
      arrived.resolve();
      return held.promise;
    },
  };
  const broken: FakeTool = {
    name: "broken",
    get inputSchema(): never {
      throw new Error("no schema today");
    },
    call: () => text("never"),
  };
  const tools = [...TOOLS, slow];
  await using hub = await importing({ tools });
  const { admin, server } = hub;
  const asking = admin.call("/tools/slow");
  await arrived.promise;
  tools.push(broken);
  strictEqual((await admin.refresh("tools")).state, "failing");
  deepStrictEqual([await double(admin), server.begun], [{ n: 42 }, 1]);
  tools.pop();
  const { state, operations } = await admin.refresh("tools");
  deepStrictEqual([state, operations, server.begun], ["ok", 4, 2]);
  deepStrictEqual(await double(admin), { n: 42 });
  held.resolve(text("at last"));
  deepStrictEqual((await asking).body.output, [{ type: "text", text: "at last" }]);
});

Deno.test("the token of each request is the one of that moment; without one nothing is sent", async () => {
  await using hub = await importing({ credential: "tools/bot" });
  const { admin, server } = hub;
  const failing = await admin.status("tools", ({ state }) => state === "failing");
  match(failing.error ?? "", /no credential/);
  strictEqual(server.headers.length, 0);
  for (const token of ["first-token-of-it", "second-token-of-it"]) {
    const credential = { kind: "bearer", token };
    const key = { provider: "tools", account: "bot", credential };
    strictEqual((await admin.call("/hub/credentials/set", key)).status, 200);
    await until(async () => {
      await admin.refresh("tools");
      await admin.call("/tools/say");
      return server.headers.at(-1)?.authorization === `Bearer ${token}`;
    }, { what: "the token to be used" });
  }
  ok(!JSON.stringify(await admin.call("/hub/imports/list")).includes("-token-of-it"));
});

Deno.test("a session that belongs to whoever began it is begun anew for another token", async () => {
  const server = await startMcpServer(TOOLS, { sessions: true });
  await using _ = { [Symbol.asyncDispose]: server.close };
  const owners = new Map<string, string | null>();
  const closing = new AbortController();
  const guard = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: closing.signal },
    async (request) => {
      const session = request.headers.get("mcp-session-id");
      const owner = request.headers.get("authorization");
      if (session !== null && owners.get(session) !== owner) {
        await request.body?.cancel();
        return new Response("not yours", { status: 403 });
      }
      const response = await fetch(new Request(server.url, request));
      const begun = response.headers.get("mcp-session-id");
      if (begun !== null) owners.set(begun, owner);
      return response;
    },
  );
  // Streams of the server would hold up a polite end.
  await using _guard = {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await guard.finished;
    },
  };
  const mcp = `http://127.0.0.1:${guard.addr.port}/`;
  await using hub = await startImporting({ tools: { mcp, credential: "tools" } });
  await hub.setSecret("tools", "first-token-of-it");
  await hub.admin.status("tools");
  await hub.setSecret("tools", "second-token-of-it");
  const isBegunAnew = async () =>
    (await hub.admin.call("/tools/say")).status === 200 && owners.size === 2;
  await until(isBegunAnew, { what: "another session" });
  deepStrictEqual([...owners.values()], ["Bearer first-token-of-it", "Bearer second-token-of-it"]);
});

Deno.test("every node has a session of its own with the server", async () => {
  await using hub = await importing({ nodes: 2 });
  for (const node of hub.nodes) {
    await node.status("tools");
    deepStrictEqual(await double(node), { n: 42 });
  }
  strictEqual(hub.server.begun, 2);
});
