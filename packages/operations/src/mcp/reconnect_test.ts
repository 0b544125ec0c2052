import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type Deferred, deferred } from "../_deferred.ts";
import { type ManualClock, manualClock } from "../_manual_clock.ts";
import { CallError } from "../error.ts";
import { closeMCPClient, createMCPClient, type MCPClientWrapper } from "../from_mcp.ts";
import { type FakeServer, type FakeTool, startMcpServer } from "./_mcp_server.ts";
import { MCPConnection, type MCPLink } from "./connection.ts";

const UNAVAILABLE = {
  name: "CallError",
  code: "EXECUTION_ERROR",
  message: "Cannot call MCP server srv: it is not reachable",
  details: { reason: "upstream_unavailable" },
  retryable: true,
};

interface Setting {
  readonly wrapper: MCPClientWrapper;
  readonly server: FakeServer;
  readonly clock: ManualClock;
  /** How often the tool was run. */
  readonly runs: () => number;
  readonly call: () => Promise<unknown>;
  /** Starts the server again, where it was. */
  readonly restart: () => Promise<FakeServer>;
}

/** A client of a server with one tool, on a clock that stands still. */
async function connected(use: (setting: Setting) => Promise<void>): Promise<void> {
  let runs = 0;
  const tools: FakeTool[] = [{
    name: "count",
    call: () => ({ content: [{ type: "text", text: String(runs += 1) }] }),
  }];
  const server = await startMcpServer(tools, { sessions: true });
  const servers = [server];
  const clock = manualClock();
  const wrapper = await createMCPClient("srv", {
    url: server.url,
    clock,
    reconnect: { minDelayMs: 100, maxDelayMs: 300 },
  });
  const [tool] = wrapper.tools;
  ok(tool !== undefined);
  try {
    await use({
      wrapper,
      server,
      clock,
      runs: () => runs,
      call: async () => await tool.handler({}, {}),
      async restart() {
        const again = await startMcpServer(tools, { sessions: true, port: server.port });
        servers.push(again);
        return again;
      },
    });
  } finally {
    await closeMCPClient(wrapper);
    for (const each of servers) await each.close();
  }
}

Deno.test("a call whose session the server forgot is made again in a new session, once", async () => {
  await connected(async ({ server, call, runs }) => {
    await call();
    await server.forget();
    await call();
    deepStrictEqual([runs(), server.begun], [2, 2]);
    await call();
    deepStrictEqual([runs(), server.begun], [3, 2]);
  });
});

Deno.test("calls that find their session forgotten at once share the new one", async () => {
  await connected(async ({ server, call, runs }) => {
    await server.forget();
    await Promise.all([call(), call(), call(), call()]);
    deepStrictEqual([runs(), server.begun], [4, 2]);
  });
});

Deno.test("while the server is lost, calls fail at once and retryably, and it is asked ever more rarely", async () => {
  await connected(async ({ server, clock, call }) => {
    await server.close();
    await Promise.all([call, call, call].map((each) => rejects(each(), UNAVAILABLE)));
    const { message, cause } = await failureOf(call);
    ok(message === UNAVAILABLE.message && cause === undefined, "nobody asked the server");
    // It is asked after 100, 200, 300 and again 300 ms.
    for (const delay of [100, 200, 300, 300]) {
      clock.advance(delay - 1);
      strictEqual((await failureOf(call)).cause, undefined);
      clock.advance(1);
      ok((await failureOf(call)).cause !== undefined, `asked after ${delay} ms`);
    }
  });
});

Deno.test("a server that is back is found by the first call after the wait", async () => {
  await connected(async ({ server, clock, call, runs, restart }) => {
    await server.close();
    await rejects(call(), UNAVAILABLE);
    const again = await restart();
    await rejects(call(), UNAVAILABLE);
    clock.advance(100);
    await Promise.all([call(), call()]);
    deepStrictEqual([runs(), again.begun], [2, 1]);
    // And the waits begin anew.
    await again.close();
    await rejects(call(), UNAVAILABLE);
    await restart();
    clock.advance(100);
    await call();
  });
});

Deno.test("a connection that ended by itself is made anew, as that of a process that died", async () => {
  await connected(async ({ wrapper, server, clock, call }) => {
    await wrapper.client.close();
    await rejects(call(), UNAVAILABLE);
    clock.advance(100);
    await call();
    strictEqual(server.begun, 2);
  });
});

Deno.test("a client that is closed while it asks for its stream again asks no more", async () => {
  const server = await startMcpServer([], { sessions: true });
  const asking = deferred<void>();
  let streams = 0;
  const wrapper = await createMCPClient("srv", {
    url: server.url,
    fetch: async (url, init) => {
      if (init?.method !== "GET") return await fetch(url, init);
      streams += 1;
      const headers = { "content-type": "text/event-stream" };
      if (streams === 1) return new Response("retry: 300\n\n", { headers });
      asking.resolve();
      // Until it is aborted; a timer that is left then would outlast this test.
      return await new Promise((_, reject) =>
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      );
    },
  });
  try {
    await asking.promise;
  } finally {
    await closeMCPClient(wrapper);
    await server.close();
  }
  strictEqual(streams, 2);
});

Deno.test("a client that was closed stays closed", async () => {
  await connected(async ({ server, wrapper, clock, call, runs }) => {
    await closeMCPClient(wrapper);
    clock.advance(1_000_000);
    await rejects(call(), /Not connected/);
    deepStrictEqual([runs(), server.begun], [0, 1]);
  });
});

Deno.test("a failure of the tool is no loss of the server", async () => {
  await connected(async ({ wrapper, call }) => {
    const { callTool } = wrapper.client;
    wrapper.client.callTool = () => Promise.reject(new CallError("MINE", "why"));
    await rejects(call(), { code: "MINE" });
    wrapper.client.callTool = callTool;
    await call();
  });
});

async function failureOf(call: () => Promise<unknown>): Promise<Error> {
  const failure: unknown = await call().catch((error: unknown) => error);
  ok(failure instanceof Error, "the call fails");
  return failure;
}

const FORGOTTEN = Object.assign(new Error("Session not found"), { code: 404 });

/** A connection whose first client has these answers, and has forgotten its session for all others. */
function answering(answers: Record<string, Deferred<unknown>>) {
  const closed = [0, 0];
  let connected = 0;
  const link = (index: number): MCPLink => ({
    transport: { sessionId: `session ${index}`, close: () => Promise.resolve() },
    client: {
      transport: {},
      connect: () => Promise.resolve(),
      listTools: () => Promise.resolve({ tools: [] }),
      callTool: ({ name }) =>
        index > 0
          ? Promise.resolve(`${name} in session ${index}`)
          : answers[name]?.promise ?? Promise.reject(FORGOTTEN),
      close: () => Promise.resolve(void (closed[index] = (closed[index] ?? 0) + 1)),
    },
  });
  const connection = new MCPConnection("srv", link(0), {
    connect: () => Promise.resolve(link(connected += 1)),
    reconnect: undefined,
    clock: manualClock(),
  });
  return { connection, closed, connected: () => connected };
}

Deno.test("a replaced client goes on with its calls, and is closed after the last of them", async () => {
  const answers: Record<string, Deferred<unknown>> = { late: deferred(), slow: deferred() };
  const { connection, closed, connected } = answering(answers);
  const [late, slow] = ["late", "slow"].map((name) => connection.callTool({ name }, {}));
  strictEqual(await connection.callTool({ name: "now" }, {}), "now in session 1");
  answers.late?.reject(FORGOTTEN);
  strictEqual(await late, "late in session 1", "without a third session");
  strictEqual(connected(), 1);
  deepStrictEqual(closed, [0, 0]);
  answers.slow?.resolve("slow in session 0");
  strictEqual(await slow, "slow in session 0");
  deepStrictEqual(closed, [1, 0]);
  await connection.close();
  deepStrictEqual(closed, [1, 1]);
});

Deno.test("a connection that is drained ends its calls, takes no others, and is closed after the last", async () => {
  const answers: Record<string, Deferred<unknown>> = { first: deferred(), last: deferred() };
  const { connection, closed, connected } = answering(answers);
  const [first, last] = ["first", "last"].map((name) => connection.callTool({ name }, {}));
  const drained = connection.drain();
  answers.first?.resolve("first");
  strictEqual(await first, "first");
  deepStrictEqual(closed, [0, 0]);
  answers.last?.resolve("last");
  strictEqual(await last, "last");
  await drained;
  deepStrictEqual(closed, [1, 0]);
  await rejects(connection.callTool({ name: "late" }, {}), UNAVAILABLE);
  strictEqual(connected(), 0);
  await answering({}).connection.drain();
});
