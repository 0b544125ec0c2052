import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Kind, Type } from "@sinclair/typebox";
import { dispatching, OPEN } from "../_dispatch.ts";
import { operation as wrapping } from "../_operations.ts";
import {
  closeMCPClient,
  createMCPClient,
  type MCPClientConfig,
  MCPClientLoader,
  type MCPClientWrapper,
} from "../from_mcp.ts";
import { OperationRegistry } from "../registry.ts";
import { type FakeServer, type FakeTool, startMcpServer } from "./_mcp_server.ts";
import { toolOperation } from "./tools.ts";
import type { MCPTool } from "./types.ts";

const text = (value: string) => ({ type: "text", text: value });
const TOOLS: FakeTool[] = [
  {
    name: "echo",
    description: "Says it again",
    inputSchema: { properties: { say: { type: "string" } }, required: ["say"] },
    call: (input) => ({ content: [text(JSON.stringify(input))] }),
  },
  {
    name: "sum",
    inputSchema: {
      properties: { n: { $ref: "#/$defs/list" } },
      $defs: { list: { type: "array", items: { type: "number" } } },
    },
    outputSchema: { properties: { sum: { type: "number" } }, required: ["sum"] },
    call: (input) => {
      const list: unknown = Reflect.get(Object(input), "n");
      const sum = Array.isArray(list) ? list.reduce((total, each) => total + each, 0) : 0;
      return { content: [text("see structure")], structuredContent: { sum }, _meta: { took: 1 } };
    },
  },
  {
    name: "odd",
    inputSchema: { properties: { a: { $ref: "https://elsewhere.example/schema" } } },
    call: (input) => ({ content: [text(JSON.stringify(input))] }),
  },
  {
    name: "loose",
    call: () => ({ content: [text("x")], structuredContent: { free: true } }),
  },
  {
    name: "fail",
    call: () => ({
      content: [text("it broke"), { type: "image", data: "aa", mimeType: "image/png" }],
      structuredContent: { ignored: true },
      isError: true,
    }),
  },
];

async function connected<T>(
  use: (wrapper: MCPClientWrapper, server: FakeServer) => Promise<T>,
  options: { config?: MCPClientConfig; pageSize?: number } = {},
): Promise<T> {
  const server = await startMcpServer(TOOLS, options);
  try {
    const wrapper = await createMCPClient("srv", { url: server.url, ...options.config });
    try {
      return await use(wrapper, server);
    } finally {
      await closeMCPClient(wrapper);
    }
  } finally {
    await server.close();
  }
}

function call({ tools }: MCPClientWrapper, name: string, input: unknown) {
  const registry = new OperationRegistry();
  registry.registerAll(tools);
  return registry.execute(`srv.${name}`, input, {});
}

Deno.test("the tools of a real server become operations", async () => {
  await connected((wrapper) => {
    strictEqual(wrapper.name, "srv");
    deepStrictEqual(
      wrapper.tools.map(({ handler: _, inputSchema, outputSchema, ...rest }) => ({
        ...rest,
        inputSchema: inputSchema[Kind],
        outputSchema: outputSchema[Kind],
      })).slice(0, 2),
      [
        {
          name: "echo",
          namespace: "srv",
          version: "1.0.0",
          type: "mutation",
          description: "Says it again",
          tags: [],
          accessControl: { requiredScopes: [] },
          inputSchema: "Object",
          outputSchema: "Unknown",
        },
        {
          name: "sum",
          namespace: "srv",
          version: "1.0.0",
          type: "mutation",
          description: "",
          tags: [],
          accessControl: { requiredScopes: [] },
          inputSchema: "Object",
          outputSchema: "Object",
        },
      ],
    );
    return Promise.resolve();
  });
});

Deno.test("all pages of tools are read", async () => {
  await connected((wrapper) => {
    deepStrictEqual(wrapper.tools.map(({ name }) => name), ["echo", "sum", "odd", "loose", "fail"]);
    return Promise.resolve();
  }, { pageSize: 1 });
});

Deno.test("the version of the operations is the configured one", async () => {
  await connected((wrapper) => {
    ok(wrapper.tools.every(({ version }) => version === "2.0.0"));
    return Promise.resolve();
  }, { config: { version: "2.0.0" } });
});

Deno.test("without structure, the data of a call are its content", async () => {
  await connected(async (wrapper) => {
    deepStrictEqual(await call(wrapper, "echo", { say: "hi" }), {
      data: [text('{"say":"hi"}')],
      meta: { source: "mcp", isError: false, content: [text('{"say":"hi"}')] },
    });
  });
});

Deno.test("structured content is preferred, and what else was said is kept about it", async () => {
  await connected(async (wrapper) => {
    deepStrictEqual(await call(wrapper, "sum", { n: [1, 2, 3] }), {
      data: { sum: 6 },
      meta: {
        source: "mcp",
        isError: false,
        content: [text("see structure")],
        structuredContent: { sum: 6 },
        _meta: { took: 1 },
      },
    });
    deepStrictEqual((await call(wrapper, "loose", {})).data, { free: true });
  });
});

Deno.test("input is checked here, by the tool's schema and its definitions", async () => {
  await connected(async (wrapper) => {
    await rejects(call(wrapper, "echo", {}), { code: "VALIDATION_ERROR" });
    await rejects(call(wrapper, "sum", { n: ["x"] }), { code: "VALIDATION_ERROR" });
  });
});

Deno.test("a tool whose schema cannot be read takes what its server takes", async () => {
  await connected(async (wrapper) => {
    deepStrictEqual((await call(wrapper, "odd", { a: 1 })).data, [text('{"a":1}')]);
  });
});

Deno.test("structured content is bent into its schema, but not for a dispatcher, which refuses it", async () => {
  const tool: MCPTool = {
    name: "t",
    inputSchema: {},
    outputSchema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
  };
  const caller = { callTool: () => Promise.resolve({ structuredContent: { n: "x" } }) };
  const operation = toolOperation(caller, tool, { serverName: "srv", version: "1.0.0" });
  const registry = new OperationRegistry();
  registry.register({ ...operation, outputSchema: Type.Unknown() });
  deepStrictEqual((await registry.execute("srv.t", {}, {})).data, { n: 0 });
  const dispatcher = dispatching([
    [operation, { provenance: "FromMCP" }],
    [
      wrapping("a.b", (_input, { invoke }) => invoke?.("srv/t", {})),
      { ...OPEN, scopedEnv: { allowedOps: new Set(["srv/t"]) } },
    ],
  ]);
  await rejects(dispatcher.call({ operation: "a/b", input: {}, identity: null }), {
    code: "EXECUTION_ERROR",
    message: "internal error",
  });
});

Deno.test("a tool that reports an error fails, whatever else it gives", async () => {
  await connected(async (wrapper) => {
    await rejects(call(wrapper, "fail", {}), {
      name: "CallError",
      code: "EXECUTION_ERROR",
      message:
        'MCP tool srv.fail failed: it broke; {"type":"image","data":"aa","mimeType":"image/png"}',
      details: { toolName: "fail", serverName: "srv", isError: true },
    });
  });
});

Deno.test("the client says who it is, and sends its headers and the token of the moment", async () => {
  let count = 0;
  await connected(async (wrapper, server) => {
    await call(wrapper, "echo", { say: "x" });
    ok(server.headers.every((headers) => headers["x-own"] === "1"));
    const tokens = new Set(server.headers.map((headers) => headers.authorization));
    strictEqual(tokens.size, server.headers.length, "each request asks for the token");
    ok(tokens.has("Bearer token 1"));
  }, { config: { headers: { "X-Own": "1" }, token: () => `token ${count += 1}` } });
});

Deno.test("a configuration without url and command is refused, naming the server and both", async () => {
  await rejects(createMCPClient("lost", {}), {
    code: "EXECUTION_ERROR",
    message: /lost.*url.*command/,
  });
});

Deno.test("a server that is not there fails, and leaves nothing open", async () => {
  const server = await startMcpServer([]);
  await server.close();
  await rejects(createMCPClient("gone", { url: server.url }));
});

Deno.test("closeMCPClient() tolerates a client without close", async () => {
  // What somebody may have put together without types.
  await closeMCPClient({ name: "x", client: {} as never, tools: [] });
});

Deno.test("the loader connects in order, registers every tool, and closes all", async () => {
  const one = await startMcpServer(TOOLS);
  const two = await startMcpServer(TOOLS.slice(0, 1));
  try {
    const loader = new MCPClientLoader();
    const wrappers = await loader.load({ one: { url: one.url }, two: { url: two.url } });
    deepStrictEqual(wrappers.map(({ name }) => name), ["one", "two"]);
    strictEqual(loader.getClient("one"), wrappers[0]);
    deepStrictEqual(loader.getAllWrappers(), wrappers);
    strictEqual(loader.getAllOperations().length, TOOLS.length + 1);
    const registry = new OperationRegistry();
    loader.registerAll(registry);
    deepStrictEqual((await registry.execute("two.echo", { say: "x" }, {})).meta.source, "mcp");
    await loader.closeAll();
    deepStrictEqual(loader.getAllWrappers(), []);
  } finally {
    await one.close();
    await two.close();
  }
});

Deno.test("the loader keeps what was connected before a failure, and closes what a name replaces", async () => {
  const server = await startMcpServer(TOOLS);
  try {
    const loader = new MCPClientLoader();
    await rejects(loader.load({ good: { url: server.url }, bad: {} }), { code: "EXECUTION_ERROR" });
    const former = loader.getClient("good");
    ok(former !== undefined);
    let closed = 0;
    const close = former.client.close.bind(former.client);
    former.client.close = () => {
      closed += 1;
      return close();
    };
    await loader.load({ good: { url: server.url } });
    strictEqual(closed, 1);
    ok(loader.getClient("good") !== former);
    const current = loader.getClient("good");
    ok(current !== undefined);
    const closeCurrent = current.client.close.bind(current.client);
    current.client.close = () => closeCurrent().then(() => Promise.reject(new Error("mine")));
    await loader.closeAll();
  } finally {
    await server.close();
  }
});
